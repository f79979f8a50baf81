package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LimitTest {
    @Test
    void expressionsNameMetricStatisticAndPlace() {
        assertEquals(
                List.of(
                        new Limit("ttft.p99.9<1s", "ttft", statistic("p99.9"), Optional.empty(), 1),
                        new Limit("errors.ratio < 0.1%", "errors.ratio", Optional.empty(), Optional.empty(), 1),
                        new Limit("cpu.core.max < 90%", "cpu.core.max", Optional.empty(), Optional.empty(), 1),
                        new Limit("cpu.core.max.max < 90%", "cpu.core.max", statistic("max"), Optional.empty(), 1),
                        new Limit("my.own.mean < 3", "my.own", statistic("mean"), Optional.empty(), 1),
                        new Limit("latency.p50 on chat <= 1s", "latency", statistic("p50"), Optional.of("chat"), 1),
                        new Limit(
                                "latency.p50 on chat in steady > 1s",
                                "latency",
                                statistic("p50"),
                                Optional.of("chat"),
                                1),
                        new Limit("latency.p50 in steady < 1s", "latency", statistic("p50"), Optional.empty(), 1)),
                limits(
                        "ttft.p99.9<1s",
                        "errors.ratio < 0.1%",
                        "cpu.core.max < 90%",
                        "cpu.core.max.max < 90%",
                        "my.own.mean < 3",
                        "latency.p50 on chat <= 1s",
                        "latency.p50 on chat in steady > 1s",
                        "latency.p50 in steady < 1s"));
    }

    @Test
    void comparisonsWithABaselineAreNotDrawn() {
        Verdict.Check check = check("latency.p99 <= +10%", Verdict.Kind.BASELINE);
        assertEquals(List.of(), Limit.of(Optional.of(verdict(List.of(check)))));
    }

    private static Optional<Statistic> statistic(String name) {
        return Statistic.parse(name);
    }

    private static List<Limit> limits(String... expressions) {
        return Limit.of(Optional.of(verdict(List.of(expressions).stream()
                .map(e -> check(e, Verdict.Kind.THRESHOLD))
                .toList())));
    }

    private static Verdict verdict(List<Verdict.Check> checks) {
        return new Verdict(1, TestingReports.RUN, Verdict.Outcome.PROMOTE, List.of(), checks);
    }

    private static Verdict.Check check(String expression, Verdict.Kind kind) {
        return new Verdict.Check(
                expression,
                kind,
                Verdict.CheckOutcome.PASS,
                Optional.of(0.5),
                "",
                Optional.of(1.0),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                1,
                "");
    }
}
