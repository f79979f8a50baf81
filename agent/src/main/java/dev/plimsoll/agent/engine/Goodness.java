package dev.plimsoll.agent.engine;

import dev.plimsoll.scenarios.Objectives;
import java.util.Arrays;

/**
 * Whether a request that succeeded met every objective. Of a metric with a value for each token, every value counts. A
 * request without any token has no {@code ttft} and does not meet a limit on it; any other metric that a request lacks
 * cannot exceed its limit.
 */
final class Goodness {
    private final long[] limits = new long[Recording.METRICS.size()];

    Goodness(Objectives objectives) {
        Arrays.fill(limits, Long.MAX_VALUE);
        objectives.limits().forEach((metric, limit) -> {
            int index = Recording.METRICS.indexOf(metric);
            if (index >= 0) {
                limits[index] = limit.toNanos();
            }
        });
    }

    boolean met(ShardRequest request, long end) {
        long latency = end - request.scheduled;
        long tokens = request.outputTokens();
        boolean times = latency <= limits[Recording.LATENCY]
                && end - request.sent <= limits[Recording.SERVICE_TIME]
                && request.sent - request.scheduled <= limits[Recording.SEND_LAG]
                && request.connectNanos <= limits[Recording.CONNECT_TIME]
                && request.tlsNanos <= limits[Recording.TLS_TIME]
                && request.maxGapPerToken <= limits[Recording.ITL]
                && request.maxChunkGap <= limits[Recording.CHUNK_GAP];
        return times
                && firstToken(request)
                && (tokens < 1 || latency / tokens <= limits[Recording.LATENCY_PER_TOKEN])
                && (request.counted == 0
                        || tokens < 2
                        || (request.lastToken - request.firstToken) / (tokens - 1) <= limits[Recording.TPOT]);
    }

    private boolean firstToken(ShardRequest request) {
        if (request.counted == 0) {
            return limits[Recording.TTFT] == Long.MAX_VALUE && limits[Recording.TTFT_SERVICE] == Long.MAX_VALUE;
        }
        return request.firstToken - request.scheduled <= limits[Recording.TTFT]
                && request.firstToken - request.sent <= limits[Recording.TTFT_SERVICE];
    }
}
