package dev.plimsoll.agent.request;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** The headers that a target and a request ask for together. */
public final class RequestHeaders {
    private RequestHeaders() {}

    /**
     * The target's headers, each replaced by the request's of the same name whatever its case, and Basic authorization
     * where the URL holds a user name and nobody else gives an {@code Authorization}.
     *
     * @throws IllegalArgumentException for a name that is no token or a value with a line break or NUL; the value is
     *     not told, for it may be a secret
     */
    public static Map<String, String> merge(URI url, Map<String, String> target, Map<String, String> request) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        target.forEach((name, value) -> put(headers, name, value));
        request.forEach((name, value) -> put(headers, name, value));
        String user = url.getUserInfo();
        if (user != null && !headers.containsKey("Authorization")) {
            byte[] bytes = user.getBytes(StandardCharsets.UTF_8);
            headers.put("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
        }
        return headers;
    }

    private static void put(Map<String, String> headers, String name, String value) {
        if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
            throw new IllegalArgumentException("a header's name is letters, digits and !#$%&'*+.^_`|~- only: \""
                    + name.replaceAll("\\p{Cntrl}", "?") + "\"");
        }
        if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new IllegalArgumentException("a header's value has no line break and no NUL: " + name);
        }
        headers.remove(name);
        headers.put(name, value);
    }
}
