package dev.plimsoll.simulator.serving;

import java.util.Map;

/** The {@code http_} families of prometheus-fastapi-instrumentator. */
final class HttpFamilies {
    private static final String REQUESTS = "Total number of requests by method, status and handler.";
    private static final String IN = "Content length of incoming requests by handler. Only value of header is"
            + " respected. Otherwise ignored. No percentile calculated. ";
    private static final String OUT = "Content length of outgoing responses by handler. Only value of header is"
            + " respected. Otherwise ignored. No percentile calculated. ";
    private static final String FINE = "Latency with many buckets but no API specific labels. Made for more accurate"
            + " percentile calculations. ";
    private static final String BY_HANDLER = "Latency with only few buckets by handler. Made to be only used if"
            + " aggregation by handler is important. ";

    private HttpFamilies() {}

    static void write(PrometheusText out, HttpMetrics http) {
        out.family("http_requests_total", "counter", REQUESTS);
        http.requests.forEach((k, c) -> out.sample("http_requests_total", labels(k), c.value));
        out.family("http_requests_created", "gauge", REQUESTS);
        http.requests.forEach((k, c) -> out.sample("http_requests_created", labels(k), c.created));
        sizes(out, "http_request_size_bytes", IN, http, true);
        sizes(out, "http_response_size_bytes", OUT, http, false);
        out.histogram("http_request_duration_highr_seconds", FINE, "", "", http.fine, http.created);
        out.family("http_request_duration_seconds", "histogram", BY_HANDLER);
        for (Map.Entry<HttpMetrics.Route, HttpMetrics.Durations> e : http.durations.entrySet()) {
            String handler = handler(e.getKey().handler());
            String method = "method=\"" + e.getKey().method() + "\"";
            out.buckets("http_request_duration_seconds", handler, method, e.getValue().histogram);
        }
        out.family("http_request_duration_seconds_created", "gauge", BY_HANDLER);
        http.durations.forEach((k, d) -> out.sample(
                "http_request_duration_seconds_created",
                handler(k.handler()) + ",method=\"" + k.method() + "\"",
                d.created));
    }

    private static void sizes(PrometheusText out, String name, String help, HttpMetrics http, boolean in) {
        out.family(name, "summary", help);
        http.sizes.forEach((handler, s) -> {
            out.sample(name + "_count", handler(handler), s.count);
            out.sample(name + "_sum", handler(handler), in ? s.requestBytes : s.responseBytes);
        });
        out.family(name + "_created", "gauge", help);
        http.sizes.forEach((handler, s) -> out.sample(name + "_created", handler(handler), s.created));
    }

    private static String labels(HttpMetrics.Key k) {
        return handler(k.handler()) + ",method=\"" + k.method() + "\",status=\"" + k.status() + "\"";
    }

    private static String handler(String handler) {
        return "handler=\"" + handler + "\"";
    }
}
