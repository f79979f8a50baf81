package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Ending;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.reports.verdict.Watched;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.HdrHistogram.Histogram;

/** Runs made in code, the same every time: a gate that a stall broke, an empty run, a short one and a long one. */
final class TestingReports {
    static final Instant STARTED = Instant.parse("2026-01-01T09:30:00.250Z");
    static final Instant LOAD_STARTED = Instant.parse("2026-01-01T09:30:05Z");
    static final String RUN = "20260101-093000-250-7f3a2c";
    static final String HOSTILE =
            "</script><script>alert(1)</script><img src=x onerror=alert(2)> ' \" & ]]> \u0000\u001b[31m"
                    + " \u202eevil | `x` **b** @all";

    private static final double MILLIS = 1e6;

    private final List<Phase> phases;
    private final RunResults results;
    private Random random = new Random(7);
    private Sink sink;
    private int seconds;
    private List<String> requests = List.of();
    private int stallFrom;

    /** Takes what a run measures, as it goes: an hour of histograms does not fit in a test's memory. */
    private interface Sink {
        void interval(MergedInterval interval);

        void sample(double t, NodeSample sample);
    }

    private TestingReports(List<Phase> phases) {
        this.phases = phases;
        List<PhaseWindow> windows = new ArrayList<>();
        double start = 0;
        for (Phase phase : phases) {
            windows.add(PhaseWindow.of(phase, 0, 0, start));
            start += phase.duration().toSeconds();
        }
        this.results = new RunResults(RUN, windows);
        results.legStarts(0, 0);
        this.sink = new Sink() {
            @Override
            public void interval(MergedInterval interval) {
                results.add(interval);
            }

            @Override
            public void sample(double t, NodeSample sample) {
                results.add(sample, t);
            }
        };
    }

    /** 10 s of warm-up and 50 s of chat at 20/s; from 35 s on the queue grows, requests stall and some fail. */
    static ReportData rollback() {
        TestingReports run = new TestingReports(List.of(warmUp(10), steady(50, 20)));
        run.load(60, List.of("chat", "summarize"), 35);
        List<RunEvent> events = new ArrayList<>();
        events.add(new RunEvent(0, "phase", "warm-up began", Map.of("phase", "warm-up")));
        events.add(new RunEvent(10, "phase", "steady began", Map.of("phase", "steady")));
        events.add(new RunEvent(36.2, "error", "503 Service Unavailable: " + HOSTILE, Map.of("class", "http_5xx")));
        events.add(new RunEvent(37.9, "error", "no end after 60 s, 12 tokens were read", Map.of("class", "timeout")));
        events.add(new RunEvent(52, "abort", "ttft.p99 < 500ms is surely broken: the load stops", Map.of()));
        events.add(new RunEvent(
                60,
                "attribution",
                "From 35 s on vllm.requests.waiting grew from 0 to 40 while gpu.utilization stayed at 97 %: the engine was full.",
                Map.of()));
        return run.data(Optional.of(verdict()), events)
                .baseline("20251231-101500-000-aa11bb", baseline())
                .build();
    }

    /** The run of {@link #rollback()} as far as a bundle in that directory gives it back. */
    static ReportData bundle(Path store) {
        TestingReports run = new TestingReports(List.of(warmUp(10), steady(50, 20)));
        RunInfo info = info(RunInfo.Status.FINISHED, Optional.of(LOAD_STARTED));
        try (RunBundleWriter writer = RunBundleWriter.create(store, info, "name: chat-release-gate\n")) {
            Sink results = run.sink;
            run.sink = new Sink() {
                @Override
                public void interval(MergedInterval interval) {
                    results.interval(interval);
                    writer.interval(interval, run.results);
                }

                @Override
                public void sample(double t, NodeSample sample) {
                    results.sample(t, sample);
                    writer.node(sample, t);
                }
            };
            run.load(60, List.of("chat", "summarize"), 35);
            writer.event(new RunEvent(36.2, "error", "503", Map.of("class", "http_5xx")));
            writer.summary(run.results.summary());
            writer.verdict(verdict());
            return ReportDataBuilder.of(RunBundle.open(writer.directory())).build();
        }
    }

    /** No load at all: the smoke test failed. */
    static ReportData empty() {
        TestingReports run = new TestingReports(List.of());
        Verdict verdict = new Verdict(
                1,
                RUN,
                Verdict.Outcome.ROLLBACK,
                List.of("smoke test: connection refused by 127.0.0.1:8000"),
                List.of(check(
                        "smoke chat 1 of 3",
                        Verdict.Kind.SMOKE,
                        Verdict.CheckOutcome.FAIL,
                        "connection refused by 127.0.0.1:8000")));
        RunInfo info = info(RunInfo.Status.ABORTED, Optional.empty());
        return new ReportDataBuilder(info, run.results.summary())
                .verdict(Optional.of(verdict))
                .build();
    }

    /** Three seconds of chat, no gate. */
    static ReportData shortRun() {
        TestingReports run = new TestingReports(List.of(steady(3, 10)));
        run.load(3, List.of("chat"), Integer.MAX_VALUE);
        return run.data(Optional.empty(), List.of()).build();
    }

    /** An hour at one interval a second, with nodes. */
    static ReportData hour() {
        TestingReports run = new TestingReports(List.of(warmUp(60), steady(3540, 20)));
        run.load(3600, List.of("chat"), 3000);
        List<RunEvent> events = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            events.add(new RunEvent(3000 + i, "error", "503 Service Unavailable", Map.of("class", "http_5xx")));
        }
        return run.data(Optional.of(verdict()), events).build();
    }

    static RunInfo info(RunInfo.Status status, Optional<Instant> loadStarted) {
        return info(status, loadStarted, STARTED.plusSeconds(70));
    }

    private static RunInfo info(RunInfo.Status status, Optional<Instant> loadStarted, Instant ended) {
        return new RunInfo(
                RunInfo.FORMAT,
                RUN,
                new RunInfo.ScenarioRef("chat-release-gate", "9c41f00d"),
                status,
                "",
                STARTED,
                Optional.of(ended),
                loadStarted,
                "1.0.0",
                "epoll",
                List.of(
                        new RunInfo.AgentRef("a1", "east", "1.0.0", "load-1", 12, 40, "finished"),
                        new RunInfo.AgentRef("a2", "", "1.0.0", "load-2", -310, 55, "lost")),
                new RunInfo.TargetRef(
                        List.of("http://127.0.0.1:8000"),
                        List.of("qwen", HOSTILE),
                        "qwen",
                        "0.32.0",
                        Map.of("block_size", "16", "num_gpu_blocks", "7531")),
                List.of("Token counts come from the response's usage."));
    }

    static Verdict verdict() {
        Verdict judged = unwatched();
        Verdict.Check broken = judged.checks().getFirst();
        Watched watch = new Watched(
                "steady",
                50,
                600,
                42,
                84,
                Ending.BROKEN,
                "the load ended after 42 s of steady: " + broken.expression() + " was surely broken",
                List.of(new Watched.Decision(
                        broken.expression(), broken.kind(), broken.outcome(), 84, 42, 0.95, broken)));
        return new Verdict(
                judged.format(), judged.run(), judged.verdict(), judged.reasons(), judged.checks(), Optional.of(watch));
    }

    private static Verdict unwatched() {
        return new Verdict(
                1,
                RUN,
                Verdict.Outcome.ROLLBACK,
                List.of(
                        "ttft.p99 1,912 ms, limit < 500 ms",
                        "agent load-2 was lost after 52 s: its part of the load is missing"),
                List.of(
                        new Verdict.Check(
                                "ttft.p99 < 500ms",
                                Verdict.Kind.THRESHOLD,
                                Verdict.CheckOutcome.FAIL,
                                Optional.of(1912.0),
                                "ms",
                                Optional.of(500.0),
                                Optional.of(1805.2),
                                Optional.of(2044.7),
                                Optional.of(0.95),
                                980,
                                "The whole interval lies above the limit."),
                        new Verdict.Check(
                                "latency.p99 < 5s",
                                Verdict.Kind.THRESHOLD,
                                Verdict.CheckOutcome.PASS,
                                Optional.of(2734.5),
                                "ms",
                                Optional.of(5000.0),
                                Optional.of(2650.0),
                                Optional.of(2790.0),
                                Optional.of(0.95),
                                980,
                                "The whole interval lies below the limit."),
                        new Verdict.Check(
                                "errors.ratio < 0.1%",
                                Verdict.Kind.THRESHOLD,
                                Verdict.CheckOutcome.UNDECIDED,
                                Optional.of(0.0012),
                                "",
                                Optional.of(0.001),
                                Optional.of(0.0002),
                                Optional.of(0.004),
                                Optional.of(0.95),
                                1000,
                                "The limit lies inside the interval; about 6,000 requests would settle it."),
                        new Verdict.Check(
                                "gpu.temperature.max on " + HOSTILE + " < 83C",
                                Verdict.Kind.THRESHOLD,
                                Verdict.CheckOutcome.NO_DATA,
                                Optional.empty(),
                                "C",
                                Optional.of(83.0),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                0,
                                "No probe gave it: " + HOSTILE),
                        new Verdict.Check(
                                "output_throughput >= -5%",
                                Verdict.Kind.BASELINE,
                                Verdict.CheckOutcome.PASS,
                                Optional.of(-1.3),
                                "%",
                                Optional.of(-5.0),
                                Optional.of(-2.2),
                                Optional.of(0.4),
                                Optional.of(0.95),
                                5,
                                "No significant change.")));
    }

    static Verdict.Check check(String expression, Verdict.Kind kind, Verdict.CheckOutcome outcome, String sentence) {
        return new Verdict.Check(
                expression,
                kind,
                outcome,
                Optional.empty(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                sentence);
    }

    static Phase warmUp(int seconds) {
        return new Phase(
                "warm-up",
                Duration.ofSeconds(seconds),
                new Load.Closed(4, Duration.ZERO),
                false,
                Duration.ofSeconds(5),
                false);
    }

    static Phase steady(int seconds, double rate) {
        return new Phase(
                "steady",
                Duration.ofSeconds(seconds),
                new Load.Open(new Load.Rate.Constant(rate), new Load.Arrivals.Poisson(), 512),
                true,
                Duration.ofSeconds(5),
                false);
    }

    private ReportDataBuilder data(Optional<Verdict> verdict, List<RunEvent> events) {
        Summary summary = results.summary();
        RunInfo info = info(RunInfo.Status.FINISHED, Optional.of(LOAD_STARTED), STARTED.plusSeconds(seconds + 10));
        ReportDataBuilder builder = new ReportDataBuilder(info, summary);
        builder.phases(phases).verdict(verdict).place("runs/" + RUN).scenario("name: chat-release-gate\n# " + HOSTILE);
        sink = new Sink() {
            @Override
            public void interval(MergedInterval interval) {
                builder.interval(interval);
            }

            @Override
            public void sample(double t, NodeSample sample) {
                builder.sample(t, sample);
            }
        };
        /* The same numbers once more. */
        load(seconds, requests, stallFrom);
        events.forEach(builder::event);
        return builder;
    }

    private void load(int seconds, List<String> requests, int stallFrom) {
        this.seconds = seconds;
        this.requests = requests;
        this.stallFrom = stallFrom;
        this.random = new Random(7);
        for (int second = 0; second < seconds; second++) {
            int start = 0;
            Phase current = phases.getFirst();
            for (Phase phase : phases) {
                if (second >= start) {
                    current = phase;
                }
                start += (int) phase.duration().toSeconds();
            }
            double stall = second < stallFrom ? 0 : Math.min(1, (second - stallFrom) / 10.0);
            List<RequestInterval> parts = new ArrayList<>();
            for (String request : requests) {
                parts.add(part(current, request, stall, requests.size()));
            }
            Histogram lag = Histograms.create(Metrics.LATENCY);
            for (int i = 0; i < 20; i++) {
                lag.recordValue(20_000 + random.nextInt(90_000));
            }
            Map<String, Reading> generator = Map.of(
                    "generator.loop.cpu", Reading.of(8 + random.nextInt(5)),
                    "generator.cpu", Reading.of(3 + random.nextDouble()));
            MergedInterval interval = new MergedInterval(0, second, second, 1, 2, parts, lag, generator);
            sink.interval(interval);
            nodes(second, stall);
        }
    }

    private RequestInterval part(Phase phase, String request, double stall, int share) {
        double rate = phase.measure() ? 20.0 / share : 8.0 / share;
        int arrivals = (int) Math.max(0, Math.round(rate + random.nextGaussian() * Math.sqrt(rate)));
        int failed = stall > 0.1 && random.nextInt(4) == 0 ? Math.min(1, arrivals) : 0;
        Map<String, Histogram> histograms = new HashMap<>();
        for (int i = 0; i < arrivals - failed; i++) {
            double lag = 0.05 + random.nextDouble() * 0.2;
            double ttft =
                    Math.exp(Math.log(70) + 0.35 * random.nextGaussian()) * (1 + 18 * stall * random.nextDouble());
            double itl = request.equals("chat") ? 11 : 16;
            int tokens = 32 + random.nextInt(64);
            double streaming = 0;
            for (int k = 1; k < tokens; k++) {
                double gap = itl * Math.exp(0.15 * random.nextGaussian()) * (1 + stall * 0.4);
                streaming += gap;
                record(histograms, Metrics.ITL, gap * MILLIS);
            }
            record(histograms, Metrics.SEND_LAG, lag * MILLIS);
            record(histograms, Metrics.TTFT, (lag + ttft) * MILLIS);
            record(histograms, Metrics.TTFT_SERVICE, ttft * MILLIS);
            record(histograms, Metrics.TPOT, streaming / (tokens - 1) * MILLIS);
            record(histograms, Metrics.LATENCY, (lag + ttft + streaming) * MILLIS);
            record(histograms, Metrics.SERVICE_TIME, (ttft + streaming) * MILLIS);
            record(histograms, Metrics.OUTPUT_TOKENS, tokens);
            record(histograms, Metrics.INPUT_TOKENS, 256);
        }
        Map<ErrorClass, Long> errors = failed == 0
                ? Map.of()
                : Map.of(random.nextInt(3) > 0 ? ErrorClass.HTTP_5XX : ErrorClass.TIMEOUT, (long) failed);
        RequestCounts counts = new RequestCounts(
                arrivals,
                arrivals,
                arrivals - failed,
                failed,
                Math.round((arrivals - failed) * (1 - 0.7 * stall)),
                errors,
                0,
                arrivals - failed,
                arrivals,
                256L * (arrivals - failed),
                64L * (arrivals - failed),
                0);
        long inFlight = Math.round(rate * 0.9 + 30 * stall + random.nextInt(4));
        return new RequestInterval(new SeriesKey(0, phase.name(), request), counts, inFlight, histograms);
    }

    private static void record(Map<String, Histogram> histograms, Metric metric, double value) {
        histograms
                .computeIfAbsent(metric.name(), n -> Histograms.create(metric))
                .recordValue(Math.round(value));
    }

    private void nodes(int second, double stall) {
        double t = second + 0.4;
        Map<String, Reading> gpu = new HashMap<>();
        gpu.put("gpu.utilization", Reading.of(88 + random.nextInt(10)));
        gpu.put("gpu.memory.used", Reading.of(70e9 + 1e8 * second % 2e9));
        gpu.put("gpu.temperature", Reading.of(60 + Math.min(20, second / 3.0)));
        gpu.put(
                "gpu.power",
                second % 13 == 5 ? Reading.failed("nvidia-smi timed out") : Reading.of(280 + random.nextInt(60)));
        gpu.put("vllm.kv_cache.usage", Reading.of(Math.min(1, 0.35 + 0.6 * stall + 0.03 * random.nextDouble())));
        gpu.put("vllm.requests.running", Reading.of(14 + random.nextInt(6)));
        gpu.put("vllm.requests.waiting", Reading.of(Math.round(40 * stall)));
        gpu.put("cpu.utilization", Reading.of(22 + random.nextInt(12)));
        gpu.put("gpu.throttled", Reading.notAvailable("the driver does not report it"));
        sink.sample(t, new NodeSample("gpu-0", "vllm", "a1", 0, gpu));
        Map<String, Reading> gateway =
                Map.of("cpu.utilization", Reading.of(9 + random.nextInt(4)), "gc.pause", Reading.of(random.nextInt(9)));
        sink.sample(t, new NodeSample("gateway", "jvm", "a1", 0, gateway));
    }

    private static Map<String, Histogram> baseline() {
        Random random = new Random(3);
        Histogram latency = Histograms.create(Metrics.LATENCY);
        Histogram ttft = Histograms.create(Metrics.TTFT);
        for (int i = 0; i < 1000; i++) {
            latency.recordValue(Math.round(900 * Math.exp(0.3 * random.nextGaussian()) * MILLIS));
            ttft.recordValue(Math.round(70 * Math.exp(0.35 * random.nextGaussian()) * MILLIS));
        }
        return Map.of("latency", latency, "ttft", ttft);
    }
}
