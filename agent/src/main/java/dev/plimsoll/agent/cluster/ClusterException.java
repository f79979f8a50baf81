package dev.plimsoll.agent.cluster;

/** A cluster that could not be joined. The message says why, in a sentence for a person. */
public final class ClusterException extends Exception {
    private static final long serialVersionUID = 1;

    /** With a sentence for a person and its cause. */
    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
