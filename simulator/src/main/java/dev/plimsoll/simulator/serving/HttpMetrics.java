package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.engine.BucketHistogram;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What prometheus-fastapi-instrumentator counts in vLLM's API server: requests by handler, their sizes and durations.
 * The probe routes ({@code /health}, {@code /metrics} and such) do not count there and do not count here. Confined to
 * the event loop.
 */
final class HttpMetrics {
    /** Counts of one method, status class and handler. */
    record Key(String handler, String method, String status) {}

    /** A method on a handler. */
    record Route(String handler, String method) {}

    /** A counter and the time of its first count, in seconds since 1970. */
    static final class Count {
        final double created;
        long value;

        Count(double created) {
            this.created = created;
        }
    }

    /** Sizes of one handler. */
    static final class Sizes {
        final double created;
        long count;
        double requestBytes;
        double responseBytes;

        Sizes(double created) {
            this.created = created;
        }
    }

    /** Durations of one route. */
    static final class Durations {
        final double created;
        final BucketHistogram histogram = new BucketHistogram(0.1, 0.5, 1);

        Durations(double created) {
            this.created = created;
        }
    }

    final Map<Key, Count> requests = new LinkedHashMap<>();
    final Map<String, Sizes> sizes = new LinkedHashMap<>();
    final Map<Route, Durations> durations = new LinkedHashMap<>();
    final BucketHistogram fine = new BucketHistogram(
            0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60);
    final double created;

    HttpMetrics(double created) {
        this.created = created;
    }

    /** Counts a request whose answer has ended; {@code responseBytes} is the content-length, 0 for a stream. */
    void record(
            String handler,
            String method,
            int status,
            double seconds,
            long requestBytes,
            long responseBytes,
            double epochSeconds) {
        requests.computeIfAbsent(new Key(handler, method, status / 100 + "xx"), k -> new Count(epochSeconds)).value++;
        Sizes size = sizes.computeIfAbsent(handler, k -> new Sizes(epochSeconds));
        size.count++;
        size.requestBytes += requestBytes;
        size.responseBytes += responseBytes;
        durations
                .computeIfAbsent(new Route(handler, method), k -> new Durations(epochSeconds))
                .histogram
                .observe(seconds);
        fine.observe(seconds);
    }
}
