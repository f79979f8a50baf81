package dev.plimsoll.controller.service;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request, read whole.
 *
 * @param method such as {@code GET}; {@code HEAD} comes as {@code GET}
 * @param segments of the path; each is made of letters, digits, dots, dashes and underscores, and none is {@code .} or
 *     {@code ..}
 * @param query the query's parameters
 * @param contentType without parameters, in lower case; empty without one
 * @param body as text
 */
record Request(String method, List<String> segments, Map<String, String> query, String contentType, String body) {
    private static final String SEGMENT = "[A-Za-z0-9._-]{1,255}";

    Request {
        segments = List.copyOf(segments);
        query = Map.copyOf(query);
    }

    /** The parts of a path; empty where one could mean anything but itself. */
    static Optional<List<String>> segments(String path) {
        List<String> segments = List.of(path.split("/", -1)).stream()
                .filter(part -> !part.isEmpty())
                .toList();
        boolean plain =
                segments.stream().allMatch(part -> part.matches(SEGMENT) && !part.equals(".") && !part.equals(".."));
        return plain ? Optional.of(segments) : Optional.empty();
    }
}
