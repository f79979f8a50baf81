package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import dev.plimsoll.simulator.truth.Served;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an agent reports against what the server did, with everything in between as in a run: 256 streams in flight
 * whose arrivals are paced, 50 tokens each.
 *
 * <p>The server's own instants are the truth, so a server that is late is no error of the client. What the machine adds
 * between a write and a reader that is ready for it is measured beside it, by a thread that does nothing but wake up.
 */
class TruthTest {
    private static final int TOKENS = 50;
    private static final Duration TTFT = Duration.ofMillis(200);
    private static final Duration ITL = Duration.ofMillis(20);

    /** A stream lasts 200 ms + 49 · 20 ms = 1.18 s, so 217 a second keep 256 under way. */
    private static final int RATE = 217;

    private static final int WARM_SECONDS = 2;
    private static final int SECONDS = 3;
    private static final int ATTEMPTS = 4;
    private static final double P50_LIMIT_MILLIS = 0.5;
    private static final double P99_LIMIT_MILLIS = 2;

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void numbersAreThoseOfTheServer(int tokensPerChunk) throws Exception {
        StringBuilder told = new StringBuilder();
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            double excess = measure(tokensPerChunk, told);
            System.out.println(told);
            if (excess <= 1) {
                return;
            }
        }
        fail("further from the truth than allowed in each of " + ATTEMPTS + " attempts:\n" + told);
    }

    /** Runs a leg and checks its counts; gives the largest distance in parts of what is allowed. */
    private static double measure(int tokensPerChunk, StringBuilder told) throws Exception {
        ScheduleOptions options = ScheduleOptions.stream(TTFT, ITL, TOKENS);
        if (tokensPerChunk > 1) {
            options = options.withTokensPerChunk(tokensPerChunk);
        }
        try (ScheduleServer server = ScheduleServer.start(options);
                TestAgent agent = new TestAgent(1)) {
            Witness witness = new Witness();
            witness.start();
            LegReports leg = agent.run(yaml(server.url()), 1);
            witness.end();
            int warm = WARM_SECONDS * RATE;
            int measured = SECONDS * RATE;
            check(leg.counts("warm"), warm);
            check(leg.counts("steady"), measured);
            int chunks = (TOKENS + tokensPerChunk - 1) / tokensPerChunk;
            // Neither the role chunk nor the usage chunk is a token event: n tokens, and gaps for all but the first
            // chunk's.
            assertEquals(TOKENS, leg.histogram("steady", "output_tokens").getMinValue());
            assertEquals(TOKENS, leg.histogram("steady", "output_tokens").getMaxValue());
            assertEquals(
                    (long) measured * (chunks - 1),
                    leg.histogram("steady", "chunk_gap").getTotalCount());
            assertEquals(
                    (long) measured * (TOKENS - tokensPerChunk),
                    leg.histogram("steady", "itl").getTotalCount());
            List<Served> served = server.records().stream()
                    .sorted(Comparator.comparingLong(Served::arrivalNanos))
                    .toList();
            assertEquals(warm + measured, served.size());
            Truth truth = new Truth(served.subList(warm, served.size()), tokensPerChunk);
            return distances(leg, truth, witness, told);
        }
    }

    private static void check(RequestCounts counts, int requests) {
        assertEquals(requests, counts.scheduled());
        assertEquals(requests, counts.succeeded(), counts::toString);
        assertEquals(0, counts.outOfRange());
    }

    private static double distances(LegReports leg, Truth truth, Witness witness, StringBuilder told) {
        double p99Limit = P99_LIMIT_MILLIS + witness.millis(0.99);
        told.append(String.format(
                "%ndistance from the truth in ms (p50 within %.2f, p99 within %.2f):", P50_LIMIT_MILLIS, p99Limit));
        double worst = 0;
        for (String metric : List.of("ttft", "itl", "tpot", "latency")) {
            Histogram measured = leg.histogram("steady", metric);
            long[] values = truth.values(metric);
            assertEquals(values.length, measured.getTotalCount(), metric);
            double p50 = (measured.getValueAtPercentile(50) - quantile(values, 0.5)) / 1e6;
            double p99 = (measured.getValueAtPercentile(99) - quantile(values, 0.99)) / 1e6;
            told.append(String.format("  %s %+.3f %+.3f", metric, p50, p99));
            worst = Math.max(worst, Math.abs(p50) / P50_LIMIT_MILLIS);
            worst = Math.max(worst, Math.abs(p99) / p99Limit);
        }
        Histogram lag = leg.histogram("steady", "send_lag");
        told.append(String.format(
                "  (send lag %.3f %.3f)", lag.getValueAtPercentile(50) / 1e6, lag.getValueAtPercentile(99) / 1e6));
        return worst;
    }

    private static long quantile(long[] sorted, double part) {
        return sorted[(int) Math.ceil(part * sorted.length) - 1];
    }

    private static String yaml(String url) {
        return """
                name: truth
                target: {url: "%s", api: openai-chat, model: truth}
                workload: [{name: ask, input: {tokens: 16}, output: {tokens: %d, exact: true}}]
                phases:
                  - {name: warm, duration: %ds, rate: %d/s, arrivals: constant, measure: false}
                  - {name: steady, duration: %ds, rate: %d/s, arrivals: constant}
                """.formatted(url, TOKENS, WARM_SECONDS, RATE, SECONDS, RATE);
    }

    /** The metrics as the server's instants give them, sorted. */
    private record Truth(List<Served> served, int tokensPerChunk) {
        long[] values(String metric) {
            LongStream values = switch (metric) {
                case "ttft" -> served.stream().mapToLong(Served::ttftNanos);
                case "latency" -> served.stream().mapToLong(Served::latencyNanos);
                case "tpot" ->
                    served.stream().mapToLong(one -> {
                        long[] writes = one.tokenNanos();
                        return (writes[writes.length - 1] - writes[0]) / (TOKENS - 1);
                    });
                case "itl" -> served.stream().flatMapToLong(this::gaps);
                default -> throw new IllegalArgumentException(metric);
            };
            return values.sorted().toArray();
        }

        /** A chunk of k tokens after a gap g is k gaps of g/k. */
        private LongStream gaps(Served one) {
            long[] writes = one.tokenNanos();
            long[] gaps = new long[TOKENS - tokensPerChunk];
            for (int chunk = 1, from = 0; chunk < writes.length; chunk++) {
                int tokens = Math.min(tokensPerChunk, TOKENS - chunk * tokensPerChunk);
                Arrays.fill(gaps, from, from + tokens, (writes[chunk] - writes[chunk - 1]) / tokens);
                from += tokens;
            }
            return Arrays.stream(gaps);
        }
    }

    /** How late this machine wakes a thread that has nothing to do, measured each millisecond. */
    private static final class Witness {
        private final Histogram late = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        private final Thread thread =
                Thread.ofPlatform().name("witness").daemon().unstarted(this::run);
        private volatile boolean ended;

        void start() {
            thread.start();
        }

        private void run() {
            for (long due = System.nanoTime(); !ended; due += 1_000_000) {
                for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                    LockSupport.parkNanos(due - now);
                }
                late.recordValue(System.nanoTime() - due);
            }
        }

        void end() throws InterruptedException {
            ended = true;
            thread.join(TimeUnit.SECONDS.toMillis(10));
            assertTrue(!thread.isAlive() && late.getTotalCount() > 0, "the witness did not end");
        }

        double millis(double part) {
            return late.getValueAtPercentile(part * 100) / 1e6;
        }
    }
}
