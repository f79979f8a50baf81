package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import dev.plimsoll.simulator.truth.Served;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an agent reports against what the server did, with everything in between as in a run: 256 streams in flight
 * whose arrivals are paced, 50 tokens each.
 *
 * <p>The server's own instants are the truth, so a server that is late is no error of the client. The load is cut into phases of a second, and of each metric the best phase counts: a client that is wrong is wrong in
 * all of them, a machine that is busy with something else is not.
 */
class TruthTest {
    private static final int TOKENS = 50;
    private static final Duration TTFT = Duration.ofMillis(200);
    private static final Duration ITL = Duration.ofMillis(20);

    /** A stream lasts 200 ms + 49 · 20 ms = 1.18 s, so 217 a second keep 256 under way. */
    private static final int RATE = 217;

    private static final int WARM_SECONDS = 2;
    private static final int PHASES = 4;
    private static final int ATTEMPTS = 6;
    private static final double P50_LIMIT_MILLIS = 0.5;
    private static final double P99_LIMIT_MILLIS = 2;

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void numbersAreThoseOfTheServer(int tokensPerChunk) throws Exception {
        Map<String, Double> best = new TreeMap<>();
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            measure(tokensPerChunk, best);
            System.out.println("distances from the truth in ms, " + tokensPerChunk + " tokens a chunk: " + best);
            if (best.entrySet().stream().allMatch(one -> one.getValue() <= limit(one.getKey()))) {
                return;
            }
        }
        fail("further from the truth than " + P50_LIMIT_MILLIS + " ms at p50 or " + P99_LIMIT_MILLIS + " ms at p99 in "
                + ATTEMPTS + " attempts: " + best);
    }

    private static double limit(String quantile) {
        return quantile.endsWith("p50") ? P50_LIMIT_MILLIS : P99_LIMIT_MILLIS;
    }

    /** Runs a leg and checks its counts; keeps the least distances of its phases. */
    private static void measure(int tokensPerChunk, Map<String, Double> best) throws Exception {
        ScheduleOptions options = ScheduleOptions.stream(TTFT, ITL, TOKENS);
        if (tokensPerChunk > 1) {
            options = options.withTokensPerChunk(tokensPerChunk);
        }
        try (ScheduleServer server = ScheduleServer.start(options);
                TestAgent agent = new TestAgent(1)) {
            LegReports leg = agent.run(yaml(server.url()), 1);
            int warm = WARM_SECONDS * RATE;
            check(leg.counts("warm"), warm);
            List<Served> served = server.records().stream()
                    .sorted(Comparator.comparingLong(Served::arrivalNanos))
                    .toList();
            assertEquals(warm + PHASES * RATE, served.size());
            List<Truth> truths = new ArrayList<>();
            for (int phase = 0; phase < PHASES; phase++) {
                checkTokens(leg, "p" + phase, tokensPerChunk);
                int from = warm + phase * RATE;
                truths.add(new Truth(served.subList(from, from + RATE), tokensPerChunk));
            }
            distances(leg, truths, best);
        }
    }

    private static void checkTokens(LegReports leg, String phase, int tokensPerChunk) {
        check(leg.counts(phase), RATE);
        int chunks = (TOKENS + tokensPerChunk - 1) / tokensPerChunk;
        // Neither the role chunk nor the usage chunk is a token event: n tokens, and gaps for all but the first
        // chunk's.
        assertEquals(TOKENS, leg.histogram(phase, "output_tokens").getMinValue());
        assertEquals(TOKENS, leg.histogram(phase, "output_tokens").getMaxValue());
        assertEquals(
                (long) RATE * (chunks - 1), leg.histogram(phase, "chunk_gap").getTotalCount());
        assertEquals(
                (long) RATE * (TOKENS - tokensPerChunk),
                leg.histogram(phase, "itl").getTotalCount());
    }

    private static void check(RequestCounts counts, int requests) {
        assertEquals(requests, counts.scheduled());
        assertEquals(requests, counts.succeeded(), counts::toString);
        assertEquals(0, counts.outOfRange());
    }

    private static void distances(LegReports leg, List<Truth> truths, Map<String, Double> best) {
        for (String metric : List.of("ttft", "itl", "tpot", "latency")) {
            for (int phase = 0; phase < PHASES; phase++) {
                Histogram measured = leg.histogram("p" + phase, metric);
                long[] truth = truths.get(phase).values(metric);
                assertEquals(truth.length, measured.getTotalCount(), metric);
                best.merge(metric + ".p50", distance(measured, truth, 0.5), Math::min);
                best.merge(metric + ".p99", distance(measured, truth, 0.99), Math::min);
            }
        }
    }

    /** In ms. A histogram knows a value as one of a range, so what lies inside the range is no distance. */
    private static double distance(Histogram measured, long[] truth, double part) {
        long value = measured.getValueAtPercentile(part * 100);
        long least = measured.lowestEquivalentValue(value);
        long most = measured.highestEquivalentValue(value);
        long exact = quantile(truth, part);
        return Math.max(0, Math.max(least - exact, exact - most)) / 1e6;
    }

    private static long quantile(long[] sorted, double part) {
        return sorted[(int) Math.ceil(part * sorted.length) - 1];
    }

    private static String yaml(String url) {
        StringBuilder phases = new StringBuilder();
        for (int phase = 0; phase < PHASES; phase++) {
            phases.append("  - {name: p%d, duration: 1s, rate: %d/s, arrivals: constant}%n".formatted(phase, RATE));
        }
        return """
                name: truth
                target: {url: "%s", api: openai-chat, model: truth}
                workload: [{name: ask, input: {tokens: 16}, output: {tokens: %d, exact: true}}]
                phases:
                  - {name: warm, duration: %ds, rate: %d/s, arrivals: constant, measure: false}
                """.formatted(url, TOKENS, WARM_SECONDS, RATE) + phases;
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
}
