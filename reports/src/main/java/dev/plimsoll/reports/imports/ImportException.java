package dev.plimsoll.reports.imports;

/** A file that is no result of a known tool, or is broken. The message names the file and what to do. */
public final class ImportException extends Exception {
    private static final long serialVersionUID = 1;

    ImportException(String message) {
        super(message);
    }

    ImportException(String message, Throwable cause) {
        super(message, cause);
    }
}
