package dev.plimsoll.agent.request;

/**
 * Makes the requests of a run. The same seed and sequence number give the same request on every agent, and a later
 * round gives other prompts. Safe for use by several threads.
 */
public interface RequestFactory {
    /**
     * The request of that number.
     *
     * @param stream tells apart independent sequences, such as rounds and users; from 0
     * @param sequence the number within the sequence, from 0
     */
    RequestContent create(long stream, long sequence);

    /** A request of one workload entry, for the smoke test. */
    RequestContent sample(int spec, long sequence);
}
