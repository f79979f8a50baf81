package dev.plimsoll.controller.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.BundleJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What Flagger told of its releases, a line of JSON each, in {@code events.ndjson} beside the book of gates. When the file
 * is full it becomes {@code events.1.ndjson}, in the place of the one before. Safe for use by several threads.
 */
final class EventLog {
    private static final String NAME = "events.ndjson";
    private static final String FULL_NAME = "events.1.ndjson";
    private static final long FULL_BYTES = 8L << 20;
    private static final int LONGEST_TEXT = 2000;

    private final Path directory;
    private final InstantSource clock;

    EventLog(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Keeps an event's fields; others of its payload are left out. */
    synchronized void keep(JsonNode payload, Release release) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("received", clock.instant().toString());
        line.put("namespace", release.namespace());
        line.put("name", release.name());
        line.put("checksum", release.checksum());
        line.put("phase", clipped(payload.path("phase").asText()));
        line.put("type", clipped(payload.path("metadata").path("eventType").asText()));
        line.put(
                "message", clipped(payload.path("metadata").path("eventMessage").asText()));
        line.put("timestamp", clipped(payload.path("metadata").path("timestamp").asText()));
        Path file = directory.resolve(NAME);
        try {
            Files.createDirectories(directory);
            if (Files.exists(file) && Files.size(file) > FULL_BYTES) {
                Files.move(file, directory.resolve(FULL_NAME), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.writeString(file, BundleJson.line(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new BundleException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static String clipped(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
    }
}
