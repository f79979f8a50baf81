package dev.plimsoll.agent.request;

import dev.plimsoll.scenarios.Api;
import java.net.URI;

/**
 * Where on a target a path lies. The target URL's own path comes first. For the APIs of language models a URL may end
 * in {@code /v1}, as users of OpenAI clients write it: that part is taken off, since paths here start with it where
 * they need it. Plain HTTP URLs are taken as they are.
 */
public final class TargetPaths {
    private TargetPaths() {}

    /** The raw path and query of {@code path} on that target URL; the URL's own query comes last. */
    public static String join(Api api, URI url, String path) {
        String base = url.getRawPath() == null ? "" : url.getRawPath();
        while (base.endsWith("/")) {
            base = base.substring(0, base.length() - 1);
        }
        if (api != Api.HTTP && base.endsWith("/v1")) {
            base = base.substring(0, base.length() - 3);
        }
        String query = url.getRawQuery();
        return base + path + (query == null ? "" : (path.indexOf('?') < 0 ? "?" : "&") + query);
    }

    /** The URL of {@code path} on that target, without user name and password. */
    public static URI resolve(Api api, URI url, String path) {
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return URI.create(url.getScheme() + "://" + url.getHost() + port + join(api, url, path));
    }

    /** The same for a sentence: without the query, which may hold secrets. */
    public static String shown(Api api, URI url, String path) {
        String whole = resolve(api, url, path).toString();
        int query = whole.indexOf('?');
        return query < 0 ? whole : whole.substring(0, query);
    }
}
