package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.fetch.HttpFetch;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a probe asks by HTTP, and what it sends along.
 *
 * @param url without user information
 * @param headers sent with each request
 */
public record HttpSource(URI url, Map<String, String> headers) {
    /** Copies the map. */
    public HttpSource {
        headers = Map.copyOf(headers);
    }

    /**
     * A source by what a scenario says. User information in the URL is sent as basic credentials, unless there is an
     * {@code Authorization} among the headers.
     *
     * @param accept what is asked for, unless there is an {@code Accept} among the headers
     */
    public static HttpSource of(URI url, Map<String, String> headers, String accept) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.put("Accept", accept);
        String user = url.getUserInfo();
        if (user != null) {
            all.put(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
        }
        all.putAll(headers);
        return new HttpSource(user == null ? url : withoutUser(url), all);
    }

    private static URI withoutUser(URI url) {
        String text = url.toString();
        String user = url.getRawUserInfo() + "@";
        return URI.create(text.replaceFirst(java.util.regex.Pattern.quote(user), ""));
    }

    /** The address without credentials. */
    public String address() {
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return url.getScheme() + "://" + url.getHost() + port + (url.getRawPath() == null ? "" : url.getRawPath());
    }

    /** A {@code GET} of the URL. */
    public HttpFetch.Fetch get(Duration timeout) {
        return HttpFetch.Fetch.get(url, headers, timeout);
    }
}
