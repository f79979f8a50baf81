package dev.plimsoll.controller.service;

/** The content types of a bundle's files. Pure. */
final class ContentTypes {
    private static final String TEXT = "text/plain; charset=utf-8";

    private ContentTypes() {}

    /** Of a file by its name; text where it is not known better, for a bundle holds nothing else. */
    static String of(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "json" -> "application/json";
            case "ndjson" -> "application/x-ndjson";
            case "html" -> "text/html; charset=utf-8";
            case "xml" -> "application/xml";
            case "md" -> "text/markdown; charset=utf-8";
            case "yaml" -> "application/yaml";
            default -> name.equals("metrics.txt") ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : TEXT;
        };
    }
}
