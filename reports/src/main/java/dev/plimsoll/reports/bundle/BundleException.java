package dev.plimsoll.reports.bundle;

/** A run bundle that cannot be read or written. The message names the file, and the line where there is one. */
public final class BundleException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With a sentence for a person. */
    public BundleException(String message) {
        super(message);
    }

    /** With a sentence for a person and what caused it. */
    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
