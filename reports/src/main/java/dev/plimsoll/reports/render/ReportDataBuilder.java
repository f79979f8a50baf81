package dev.plimsoll.reports.render;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.RunClock;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.results.ValueCounts;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Phase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Gathers a run's series into a {@link ReportData}, one interval and one sample at a time, so that a run of any length
 * fits in memory. Histograms are only read, and not kept. One thread.
 */
public final class ReportDataBuilder {
    /** The most columns of a chart over time. */
    static final int MAX_COLUMNS = 300;
    /** The most points of a node's metric. */
    static final int MAX_POINTS = 180;
    /** What a server counted in an interval is for the comparison with the clients and no chart; nor are limits of links. */
    private static final Set<String> FLOWS = Set.of(
            "vllm.ttft.count", "vllm.ttft.sum", "vllm.itl.count", "vllm.itl.sum", "vllm.e2e.count", "vllm.e2e.sum");
    /** The most charts of nodes. */
    static final int MAX_SERIES = 60;
    /** The most events. */
    static final int MAX_EVENTS = 200;
    /** The most lines of {@link ReportData#parts()}. */
    static final int MAX_PARTS = 5;

    /** What is kept per column; other metrics are in the spectra or the summary only. */
    private static final Set<String> OVER_TIME = Set.of(
            Metrics.LATENCY.name(),
            Metrics.SERVICE_TIME.name(),
            Metrics.TTFT.name(),
            Metrics.ITL.name(),
            Metrics.SEND_LAG.name());

    private static final Set<String> SPECTRA = Set.of(
            Metrics.LATENCY.name(),
            Metrics.SERVICE_TIME.name(),
            Metrics.TTFT.name(),
            Metrics.TTFT_SERVICE.name(),
            Metrics.ITL.name(),
            Metrics.TPOT.name());

    private static final String LOOP_LAG = "generator.event_loop_lag";
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double BEFORE_SECONDS = 10;
    private static final double AFTER_SECONDS = 60;

    private final RunInfo info;
    private final Summary summary;
    private final Optional<RunClock> clock;
    private final double lastInstant;
    private final Set<String> warmUps = new HashSet<>();
    private final Map<String, Histogram> spectra = new LinkedHashMap<>();
    private final Map<String, Histogram> parts = new LinkedHashMap<>();
    private final Map<PhaseRound, Timeline.Span> phaseSpans = new LinkedHashMap<>();
    private final Map<ErrorClass, Timeline.Span> errors = new EnumMap<>(ErrorClass.class);
    private final Map<NodeMetric, Binning<NodeLane.Point>> nodes = new LinkedHashMap<>();
    private final Map<NodeMetric, Long> nodeFailures = new HashMap<>();
    private final List<RunEvent> events = new ArrayList<>();
    private @Nullable Binning<Timeline.Column> columns;
    private double interval = 1;
    private String scenarioText = "";
    private List<Phase> phases = List.of();
    private Optional<Verdict> verdict = Optional.empty();
    private String place = "";
    private Optional<ReportData.Baseline> baseline = Optional.empty();
    private int errorEvents;
    private long droppedEvents;
    private long droppedParts;
    private long strayedSamples;

    private record NodeMetric(String node, String metric) {}

    private record PhaseRound(int round, String phase) {}

    /** For a run with that summary, which says which phases count. */
    public ReportDataBuilder(RunInfo info, Summary summary) {
        this.info = requireNonNull(info, "info");
        this.summary = requireNonNull(summary, "summary");
        Map<String, Long> offsets = new HashMap<>();
        info.agents().forEach(agent -> offsets.put(agent.id(), agent.clockOffsetMicros()));
        this.clock = info.loadStarted().map(zero -> new RunClock(zero, offsets));
        this.lastInstant = clock.isPresent() && info.ended().isPresent()
                ? clock.get().t(info.ended().get()) + AFTER_SECONDS
                : Double.MAX_VALUE;
        for (Summary.PhaseSummary phase : summary.phases()) {
            if (!phase.measured()) {
                warmUps.add(phase.name());
            }
        }
    }

    /** Begins with everything that is in a bundle: its series are read line by line. */
    public static ReportDataBuilder of(RunBundle bundle) {
        ReportDataBuilder builder = new ReportDataBuilder(bundle.info(), bundle.summary());
        builder.scenario(bundle.scenario().orElse(""))
                .verdict(bundle.verdict())
                .place(bundle.directory().toString());
        bundle.forEachInterval(builder::interval);
        bundle.nodes()
                .forEach(line -> builder.sample(
                        line.t(), new NodeSample(line.node(), line.probe(), line.agent(), 0, line.readings())));
        bundle.events().forEach(builder::event);
        return builder;
    }

    /** The scenario as resolved, secrets masked. */
    public ReportDataBuilder scenario(String text) {
        scenarioText = requireNonNull(text, "text");
        return this;
    }

    /** The scenario's phases, for the description of the load. */
    public ReportDataBuilder phases(List<Phase> list) {
        phases = List.copyOf(list);
        return this;
    }

    /** The verdict, of a gate. */
    public ReportDataBuilder verdict(Optional<Verdict> value) {
        verdict = requireNonNull(value, "value");
        return this;
    }

    /** Where the bundle is. */
    public ReportDataBuilder place(String directory) {
        place = requireNonNull(directory, "directory");
        return this;
    }

    /** Another run's merged histograms by metric, to draw beside this one's. */
    public ReportDataBuilder baseline(String name, Map<String, Histogram> histograms) {
        Map<String, ValueCounts> values = new HashMap<>();
        histograms.forEach((metric, histogram) -> values.put(metric, ValueCounts.of(histogram)));
        baseline = Optional.of(new ReportData.Baseline(name, values));
        return this;
    }

    /** Adds an interval. Order does not matter. */
    public ReportDataBuilder interval(MergedInterval merged) {
        if (columns == null) {
            interval = merged.seconds() > 0 ? merged.seconds() : 1;
            columns = new Binning<>(interval, MAX_COLUMNS, Timeline.Column::plus);
        }
        /* The last interval of a leg is shorter than the others, and may be the first of all. */
        interval = Math.max(interval, merged.seconds());
        columns.widen(interval);
        RequestCounts counts = RequestCounts.NONE;
        long inFlight = 0;
        Map<String, ValueCounts> times = new HashMap<>();
        for (RequestInterval request : merged.requests()) {
            counts = counts.plus(request.counts());
            inFlight += request.inFlight();
            addTimes(request, times);
            markPhase(merged, request);
        }
        Timeline.Span span = new Timeline.Span(merged.t(), merged.t() + merged.seconds());
        counts.errors().forEach((errorClass, count) -> {
            if (count > 0) {
                errors.merge(errorClass, span, Timeline.Span::plus);
            }
        });
        columns.add(
                merged.t(),
                new Timeline.Column(
                        merged.t(),
                        merged.seconds(),
                        counts.scheduled(),
                        counts.windowSent(),
                        counts.windowEnded(),
                        counts.failed(),
                        counts.windowOutputTokens(),
                        inFlight,
                        inFlight,
                        merged.agents(),
                        times,
                        generatorReadings(merged)));
        return this;
    }

    /** Adds a sample of a node that says when it was taken; one that lies outside the run's time has no place in a chart. */
    public ReportDataBuilder sample(NodeSample sample) {
        return clock.isEmpty() ? this : sample(clock.get().t(sample.agent(), sample.wallMicros()), sample);
    }

    /** Adds a sample of a node that was taken that many seconds after the load began, whatever wall clock it carries. */
    public ReportDataBuilder sample(double t, NodeSample sample) {
        if (t < -BEFORE_SECONDS || t > lastInstant) {
            strayedSamples++;
            return this;
        }
        sample.readings().forEach((name, reading) -> {
            if (FLOWS.contains(name) || name.contains(".pcie.") && name.endsWith(".limit")) {
                return;
            }
            NodeMetric key = new NodeMetric(sample.node(), name);
            switch (reading) {
                case Reading.Value value -> {
                    double v = value.value();
                    nodes.computeIfAbsent(key, none -> new Binning<>(1, MAX_POINTS, NodeLane.Point::plus))
                            .add(t, new NodeLane.Point(t, v, v, v, 1));
                }
                case Reading.Failed failed -> nodeFailures.merge(key, 1L, Long::sum);
                case Reading.NotAvailable none -> {}
            }
        });
        return this;
    }

    /** Adds an event. */
    public ReportDataBuilder event(RunEvent event) {
        boolean error = event.type().equals("error");
        if (events.size() < MAX_EVENTS && (!error || errorEvents < MAX_EVENTS / 2)) {
            events.add(event);
            errorEvents += error ? 1 : 0;
        } else {
            droppedEvents++;
        }
        return this;
    }

    /** What was gathered. */
    public ReportData build() {
        List<String> omitted = new ArrayList<>();
        if (droppedEvents > 0) {
            omitted.add(Quantities.count(droppedEvents) + " further events are in events.ndjson.");
        }
        if (droppedParts > 0) {
            omitted.add("The spectrum by phase and request shows the first " + MAX_PARTS + " parts; the others are in"
                    + " histograms.hlog.");
        }
        if (strayedSamples > 0) {
            omitted.add(Quantities.count(strayedSamples) + " samples of nodes lie outside the run's time and are not"
                    + " drawn; they are in nodes.ndjson.");
        }
        Timeline timeline = timeline();
        if (timeline.width() > timeline.interval() * 1.5) {
            omitted.add("Charts over time show columns of " + Quantities.clock(timeline.width()) + ", each made of "
                    + Math.round(timeline.width() / timeline.interval())
                    + " intervals: counts and histograms added, gauges as their smallest and largest value. Every"
                    + " interval is in intervals.ndjson.");
        }
        List<NodeLane> series = series(omitted);
        Map<String, ValueCounts> all = new LinkedHashMap<>();
        spectra.forEach((metric, histogram) -> all.put(metric, ValueCounts.of(histogram)));
        Map<String, ValueCounts> byPart = new LinkedHashMap<>();
        if (parts.size() > 1) {
            parts.forEach((name, histogram) -> byPart.put(name, ValueCounts.of(histogram)));
        }
        events.sort((a, b) -> Double.compare(a.t(), b.t()));
        return new ReportData(
                info,
                scenarioText,
                phases,
                summary,
                verdict,
                place,
                timeline,
                all,
                byPart,
                baseline,
                series,
                events,
                omitted);
    }

    private void addTimes(RequestInterval request, Map<String, ValueCounts> times) {
        SeriesKey key = request.key();
        boolean measured = !warmUps.contains(key.phase());
        request.histograms().forEach((metric, histogram) -> {
            if (OVER_TIME.contains(metric)) {
                times.merge(metric, ValueCounts.of(histogram), ValueCounts::plus);
            }
            if (measured && SPECTRA.contains(metric)) {
                add(spectra, metric, histogram);
            }
            if (measured && metric.equals(Metrics.LATENCY.name())) {
                String part = key.phase() + " / " + key.request();
                if (parts.containsKey(part) || parts.size() < MAX_PARTS) {
                    add(parts, part, histogram);
                } else {
                    droppedParts++;
                }
            }
        });
    }

    private static void add(Map<String, Histogram> sums, String key, Histogram histogram) {
        Histogram sum = sums.get(key);
        if (sum == null) {
            sums.put(key, histogram.copy());
        } else {
            sum.add(histogram);
        }
    }

    private void markPhase(MergedInterval merged, RequestInterval request) {
        if (request.counts().scheduled() > 0) {
            phaseSpans.merge(
                    new PhaseRound(request.key().round(), request.key().phase()),
                    new Timeline.Span(merged.t(), merged.t() + merged.seconds()),
                    Timeline.Span::plus);
        }
    }

    private static Map<String, Double> generatorReadings(MergedInterval merged) {
        Map<String, Double> readings = new HashMap<>();
        merged.generator().forEach((name, reading) -> {
            if (reading.asDouble().isPresent()) {
                readings.put(name, reading.asDouble().getAsDouble());
            }
        });
        if (merged.eventLoopLag().getTotalCount() > 0) {
            readings.merge(LOOP_LAG, merged.eventLoopLag().getMaxValue() / NANOS_PER_MILLI, Math::max);
        }
        return readings;
    }

    private Timeline timeline() {
        if (columns == null) {
            return Timeline.none();
        }
        List<Timeline.Band> bands = new ArrayList<>();
        boolean rounds = phaseSpans.keySet().stream().anyMatch(p -> p.round() > 0);
        phaseSpans.forEach((phase, span) -> {
            boolean measured = !warmUps.contains(phase.phase());
            String name = rounds && measured ? phase.phase() + " #" + (phase.round() + 1) : phase.phase();
            bands.add(new Timeline.Band(name, measured, span.first(), span.last()));
        });
        bands.sort((a, b) -> Double.compare(a.from(), b.from()));
        return new Timeline(columns.width(), interval, columns.values(), cutOverlaps(bands), errors);
    }

    /* Phases change at instants inside an interval: the band that begins in it wins from there on. */
    private static List<Timeline.Band> cutOverlaps(List<Timeline.Band> bands) {
        List<Timeline.Band> cut = new ArrayList<>();
        for (int i = 0; i < bands.size(); i++) {
            Timeline.Band band = bands.get(i);
            double to =
                    i + 1 < bands.size() ? Math.min(band.to(), bands.get(i + 1).from()) : band.to();
            cut.add(new Timeline.Band(band.phase(), band.measured(), band.from(), Math.max(to, band.from())));
        }
        return cut;
    }

    private List<NodeLane> series(List<String> omitted) {
        List<String> order = new ArrayList<>();
        Metrics.all().forEach(metric -> order.add(metric.name()));
        List<NodeLane> series = new ArrayList<>();
        nodes.forEach((key, bins) ->
                series.add(new NodeLane(key.node(), key.metric(), bins.values(), nodeFailures.getOrDefault(key, 0L))));
        series.sort((a, b) -> {
            int byNode = a.node().compareTo(b.node());
            int rankA = order.indexOf(a.metric());
            int rankB = order.indexOf(b.metric());
            if (byNode != 0) {
                return byNode;
            }
            int byRank = Integer.compare(rankA < 0 ? order.size() : rankA, rankB < 0 ? order.size() : rankB);
            return byRank != 0 ? byRank : a.metric().compareTo(b.metric());
        });
        if (series.size() <= MAX_SERIES) {
            return series;
        }
        omitted.add("Charts of nodes show the first " + MAX_SERIES + " of " + series.size()
                + " metrics; all of them are in nodes.ndjson.");
        return series.subList(0, MAX_SERIES);
    }
}
