package dev.plimsoll.controller.commands;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.Verdict;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.HdrHistogram.Histogram;

/** Run bundles on disk, as a gate leaves them. */
public final class TestingBundles {
    private static final int SECONDS = 40;
    private static final int PER_SECOND = 20;
    private static final Instant STARTED = Instant.parse("2026-01-01T09:30:00Z");

    private TestingBundles() {}

    /**
     * Writes a run of 40 s with 20 requests a second, whose latencies are normal with a deviation of 10 ms.
     *
     * @param store where
     * @param number makes its id
     * @param millis mean latency
     * @param vllm the server's version
     * @param verdict its verdict, if it has one
     * @return the run's id
     */
    public static String write(Path store, int number, double millis, String vllm, Optional<Verdict.Outcome> verdict) {
        String run = String.format("20260101-0930%02d-250-7f3a2c", number);
        RunInfo info = new RunInfo(
                RunInfo.FORMAT,
                run,
                new RunInfo.ScenarioRef("chat", "abc123"),
                RunInfo.Status.FINISHED,
                "",
                STARTED,
                Optional.of(STARTED.plusSeconds(SECONDS)),
                Optional.of(STARTED),
                "1.0.0",
                "nio",
                List.of(),
                new RunInfo.TargetRef(List.of("http://127.0.0.1:8000"), List.of("m"), "m", vllm, Map.of()),
                List.of());
        RunResults results =
                new RunResults(run, List.of(new PhaseWindow(0, 0, "steady", true, true, true, 0, SECONDS)));
        results.legStarts(0, 0);
        Random random = new Random(number);
        try (RunBundleWriter writer = RunBundleWriter.create(store, info, "name: chat\n")) {
            for (int i = 0; i < SECONDS; i++) {
                MergedInterval second = second(i, millis, random);
                results.add(second);
                writer.interval(second, results);
            }
            writer.summary(results.summary());
            verdict.ifPresent(outcome -> writer.verdict(new Verdict(1, run, outcome, List.of("told"), List.of())));
        }
        return run;
    }

    private static MergedInterval second(int index, double millis, Random random) {
        Histogram latency = Histograms.create(Metrics.LATENCY);
        Histogram lag = Histograms.create(Metrics.SEND_LAG);
        for (int i = 0; i < PER_SECOND; i++) {
            latency.recordValue(Math.round((millis + 10 * random.nextGaussian()) * 1e6));
            lag.recordValue(10_000);
        }
        RequestCounts counts = new RequestCounts(
                PER_SECOND, PER_SECOND, PER_SECOND, 0, PER_SECOND, Map.of(), 0, PER_SECOND, PER_SECOND, 0, 0, 0);
        RequestInterval requests = new RequestInterval(
                new SeriesKey(0, "steady", "chat"),
                counts,
                0,
                Map.of(Metrics.LATENCY.name(), latency, Metrics.SEND_LAG.name(), lag));
        return new MergedInterval(
                0, index, index, 1, 1, List.of(requests), Histograms.create(Metrics.LATENCY), Map.of());
    }
}
