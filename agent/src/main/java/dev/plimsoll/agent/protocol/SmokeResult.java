package dev.plimsoll.agent.protocol;

import java.util.List;

/**
 * What the smoke test found.
 *
 * @param passed whether each request was answered well within the timeout
 * @param sentence one sentence for a person
 * @param attempts what was sent and answered, the last failures and all successes
 */
public record SmokeResult(boolean passed, String sentence, List<Attempt> attempts) {
    /** Copies the list. */
    public SmokeResult {
        attempts = List.copyOf(attempts);
    }

    /**
     * One request.
     *
     * @param request its name in the workload
     * @param passed whether it was answered well
     * @param status the HTTP status; 0 without an answer
     * @param millis how long it took
     * @param sentence what was wrong, or "ok"
     * @param sent the beginning of what was sent, secrets masked
     * @param answered the beginning of the answer, secrets masked
     */
    public record Attempt(
            String request, boolean passed, int status, double millis, String sentence, String sent, String answered) {}
}
