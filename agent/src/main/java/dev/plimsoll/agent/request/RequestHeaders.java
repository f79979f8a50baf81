package dev.plimsoll.agent.request;

import dev.plimsoll.scenarios.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** The headers that a target and a request ask for together. */
public final class RequestHeaders {
    /** What requests call themselves, such as {@code plimsoll/1.0.0}. */
    public static final String USER_AGENT = userAgent();

    /** They frame the message, so that a value from elsewhere would break it. */
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "connection");

    private RequestHeaders() {}

    /**
     * All headers of a request but those that frame it ({@code Content-Length}, {@code Connection}); {@code Host} only
     * where the scenario gives one. What the scenario leaves open is {@code User-Agent}, {@code Content-Type} of a body
     * (JSON), and {@code Accept} of a streamed answer.
     *
     * @param target the target, whose headers the request's own replace
     * @param url the target's URL that the request is for
     * @throws IllegalArgumentException as {@link #merge}
     */
    public static Map<String, String> of(Target target, URI url, RequestContent content) {
        Map<String, String> headers = merge(url, target.headers(), content.headers());
        putIfAbsent(headers, "User-Agent", USER_AGENT);
        if (content.body().length > 0) {
            putIfAbsent(headers, "Content-Type", "application/json");
        }
        if (content.answer().stream() && content.answer().api().generates()) {
            putIfAbsent(headers, "Accept", "text/event-stream");
        }
        return headers;
    }

    /**
     * The target's headers in their order, each replaced by the request's of the same name whatever its case, and Basic
     * authorization where the URL holds a user name and nobody else gives an {@code Authorization}. The map can be
     * changed.
     *
     * @throws IllegalArgumentException for a name that is no token, a value with a line break or NUL, or a header that
     *     frames the message; the value is not told, for it may be a secret
     */
    public static Map<String, String> merge(URI url, Map<String, String> target, Map<String, String> request) {
        Map<String, String> headers = new LinkedHashMap<>();
        target.forEach((name, value) -> put(headers, name, value));
        request.forEach((name, value) -> put(headers, name, value));
        String user = url.getUserInfo();
        if (user != null) {
            byte[] bytes = user.getBytes(StandardCharsets.UTF_8);
            putIfAbsent(headers, "Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
        }
        return headers;
    }

    private static void put(Map<String, String> headers, String name, String value) {
        if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
            throw new IllegalArgumentException("a header's name is letters, digits and !#$%&'*+.^_`|~- only: \""
                    + name.replaceAll("\\p{Cntrl}", "?") + "\"");
        }
        if (FRAMING.stream().anyMatch(name::equalsIgnoreCase)) {
            throw new IllegalArgumentException("the header " + name + " is not set by a scenario, for it frames the"
                    + " message: leave it out (connections.reuse says whether connections stay open)");
        }
        if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new IllegalArgumentException("a header's value has no line break and no NUL: " + name);
        }
        headers.keySet().removeIf(name::equalsIgnoreCase);
        headers.put(name, value);
    }

    /** Adds a header unless there is one of that name, whatever its case. */
    public static void putIfAbsent(Map<String, String> headers, String name, String value) {
        if (headers.keySet().stream().noneMatch(name::equalsIgnoreCase)) {
            headers.put(name, value);
        }
    }

    /** A build without its version is {@code plimsoll} alone. */
    private static String userAgent() {
        Properties properties = new Properties();
        try (InputStream resource =
                RequestHeaders.class.getResourceAsStream("/dev/plimsoll/agent/version.properties")) {
            if (resource != null) {
                properties.load(resource);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("version.properties cannot be read: " + e.getMessage(), e);
        }
        String version = properties.getProperty("version", "");
        return version.matches("[0-9A-Za-z.+-]+") ? "plimsoll/" + version : "plimsoll";
    }
}
