package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.Summary;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChatTextTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static RunInfo info(RunInfo.Status status, String reason) {
        return new RunInfo(
                1,
                "20260101-000000-000-abcdef",
                new RunInfo.ScenarioRef("chat", ""),
                status,
                reason,
                START,
                Optional.of(START.plusSeconds(10)),
                Optional.of(START),
                "1.0.0",
                "epoll",
                List.of(),
                new RunInfo.TargetRef(List.of("http://127.0.0.1:8000"), List.of("sim"), "sim", "0.32.0", Map.of()),
                List.of());
    }

    private static Summary.MetricSummary times(
            long count, double mean, double p50, double p90, double p99, double max) {
        Map<String, Double> statistics = new LinkedHashMap<>();
        statistics.put("mean", mean);
        statistics.put("p50", p50);
        statistics.put("p90", p90);
        statistics.put("p99", p99);
        statistics.put("max", max);
        return new Summary.MetricSummary("ms", count, statistics);
    }

    private static Summary summary(Map<String, Long> errors, Map<String, Summary.MetricSummary> metrics) {
        long failed = errors.values().stream().mapToLong(Long::longValue).sum();
        Summary.Counts counts = new Summary.Counts(500, 500, 500 - failed, failed, 495 - failed, 0, errors);
        Map<String, Double> rates = Map.of(
                "throughput",
                49.5,
                "output_throughput",
                3_168.0,
                "total_throughput",
                15_840.0,
                "goodput",
                49.0,
                "goodput.ratio",
                0.98);
        Summary.Figures figures = new Summary.Figures(counts, rates, metrics);
        Summary.PhaseSummary phase = new Summary.PhaseSummary("load", true, 10, List.of(), figures);
        Summary.GeneratorSummary generator =
                new Summary.GeneratorSummary(Optional.of(0.2), Optional.of(0.3), Optional.of(0.104), true, List.of());
        return new Summary(1, "run", List.of(phase), figures, generator, List.of());
    }

    private static Map<String, Summary.MetricSummary> metrics() {
        return Map.of(
                "ttft", times(500, 33.1, 32.5, 37.3, 46.1, 55.3),
                "itl", times(31_500, 8.33, 8.08, 9.72, 12.1, 29.9),
                "tpot", times(500, 8.33, 8.31, 8.58, 8.95, 9.08),
                "latency", times(100, 558, 556, 575, 601, 608));
    }

    @Test
    void isOneTable() {
        String text = ChatText.render(
                "10s of 50/s (Poisson), 256 tokens in, 64 out",
                "ttft ≤ 500ms",
                info(RunInfo.Status.FINISHED, ""),
                summary(Map.of(), metrics()),
                List.of(),
                false,
                100);
        assertEquals("""
            http://127.0.0.1:8000 · sim · vLLM 0.32.0
            10s of 50/s (Poisson), 256 tokens in, 64 out

                          n     mean      p50      p90      p99      max
            TTFT        500  33.1 ms  32.5 ms  37.3 ms  46.1 ms  55.3 ms
            ITL      31,500  8.33 ms  8.08 ms  9.72 ms  12.1 ms  29.9 ms
            TPOT        500  8.33 ms  8.31 ms  8.58 ms  8.95 ms  9.08 ms
            latency     100   558 ms   556 ms   575 ms        –   608 ms

            requests   500 sent, 500 answered, 0 failed; 49.50 answered/s
            tokens     3,168 output/s, 15,840 input and output/s
            goodput    49.00/s, 98 % of all requests met ttft ≤ 500ms
            generator  fit to measure, send lag p99 0.200 ms, event-loop lag p99 0.300 ms, busiest event loop
                       10.4 % of a core
            """, text);
    }

    @Test
    void aFailureIsToldWithAnExample() {
        RunEvent event = new RunEvent(1, "error", "status 503: busy", Map.of("class", "http_5xx"));
        String text = ChatText.render(
                "10s",
                "",
                info(RunInfo.Status.FINISHED, ""),
                summary(Map.of("http_5xx", 3L), metrics()),
                List.of(event),
                false,
                100);
        assertTrue(text.contains("errors     3 http_5xx, for example: status 503: busy\n"), text);
        assertTrue(text.contains("succeeded; no objective was given"), text);
    }

    @Test
    void withoutAnswersThereAreNoTimes() {
        String text = ChatText.render(
                "10s",
                "",
                info(RunInfo.Status.ABORTED, "interrupted by SIGINT"),
                summary(Map.of("timeout", 500L), Map.of()),
                List.of(),
                false,
                100);
        assertTrue(text.contains("! aborted: interrupted by SIGINT"), text);
        assertTrue(text.lines().anyMatch(line -> line.matches("TTFT +0 +– +– +– +– +–")), text);
        assertFalse(text.contains("\u001b"), text);
    }
}
