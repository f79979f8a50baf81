package dev.plimsoll.reports.bundle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * A run bundle on disk, of this or an older format, finished or not.
 *
 * <p>Files are read when asked for. A last line without its end is left out: its writer was killed. Every other broken
 * line is a {@link BundleException} that names file and line.
 */
public final class RunBundle {
    private final Path directory;
    private final RunInfo info;

    private RunBundle(Path directory, RunInfo info) {
        this.directory = directory;
        this.info = info;
    }

    /**
     * Opens a bundle.
     *
     * @throws BundleException when there is no such directory, it is not a bundle, or its format is newer
     */
    public static RunBundle open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new BundleException("no such run bundle: " + directory
                    + "; give the directory of a run, such as runs/" + "20260101-093000-250-7f3a2c");
        }
        Path file = directory.resolve(RunBundleWriter.RUN);
        if (!Files.isRegularFile(file)) {
            throw new BundleException(directory + " is not a run bundle: it has no " + RunBundleWriter.RUN);
        }
        JsonNode json = json(file);
        int format = json.path("format").asInt(0);
        if (format > RunInfo.FORMAT) {
            throw new BundleException(file + " has format " + format + ", written by Plimsoll "
                    + json.path("plimsoll").asText("(unknown)") + "; this one reads formats up to " + RunInfo.FORMAT
                    + ": use a newer Plimsoll");
        }
        if (format < 1) {
            throw new BundleException(file + " is not a run's: \"format\" is missing");
        }
        return new RunBundle(directory, decode(file, json, RunInfo.class));
    }

    /** Where it is. */
    public Path directory() {
        return directory;
    }

    /** What {@code run.json} says. */
    public RunInfo info() {
        return info;
    }

    /** Whether its controller said that the run had come to an end. */
    public boolean isComplete() {
        return info.status() != RunInfo.Status.RUNNING;
    }

    /** The scenario as it was run, secrets masked. */
    public Optional<String> scenario() {
        Path file = directory.resolve(RunBundleWriter.SCENARIO);
        return Files.isRegularFile(file) ? Optional.of(text(file)) : Optional.empty();
    }

    /** The summary as written, or made anew from intervals and histograms when there is none. */
    public Summary summary() {
        Path file = directory.resolve(RunBundleWriter.SUMMARY);
        if (!Files.isRegularFile(file)) {
            return results().summary();
        }
        try {
            return BundleJson.summary(json(file));
        } catch (JsonProcessingException | RuntimeException e) {
            throw broken(file, e);
        }
    }

    /** The verdict; absent when the run was not judged, or not to its end. */
    public Optional<Verdict> verdict() {
        Path file = directory.resolve(RunBundleWriter.VERDICT);
        return Files.isRegularFile(file) ? Optional.of(decode(file, json(file), Verdict.class)) : Optional.empty();
    }

    /** The intervals, in the order they were written. */
    public List<IntervalLine> intervals() {
        return lines(RunBundleWriter.INTERVALS, json -> BundleJson.as(json, IntervalLine.class));
    }

    /** The samples of all probes, in the order they were written. */
    public List<NodeLine> nodes() {
        return lines(RunBundleWriter.NODES, json -> BundleJson.as(json, NodeLine.class));
    }

    /** The events, in the order they were written. */
    public List<RunEvent> events() {
        return lines(RunBundleWriter.EVENTS, BundleJson::event);
    }

    /**
     * One histogram of one interval.
     *
     * @param t the interval's start, in seconds since the load began
     * @param phase the phase that scheduled the requests
     * @param request the request's name
     * @param metric the metric's name
     * @param histogram its values; times in nanoseconds
     */
    public record HistogramLine(double t, String phase, String request, String metric, Histogram histogram) {}

    /**
     * Hands the histograms of every interval to a consumer, one by one in the order they were written, without those of
     * the generator and those of an interval that was not finished.
     */
    public void forEachHistogram(Consumer<HistogramLine> consumer) {
        Map<Long, Double> starts = new HashMap<>();
        intervals().forEach(line -> starts.put(HistogramLog.millis(line.t()), line.t()));
        forEachLogLine(line -> {
            Double t = starts.get(line.millis());
            if (t != null && !line.phase().equals("-")) {
                consumer.accept(new HistogramLine(t, line.phase(), line.request(), line.metric(), line.histogram()));
            }
        });
    }

    /** Everything that was measured, rebuilt from the files. */
    public RunResults results() {
        List<IntervalLine> intervals = intervals();
        Map<String, PhaseWindow> windows = new LinkedHashMap<>();
        Map<Integer, Double> legs = new LinkedHashMap<>();
        for (IntervalLine line : intervals) {
            legs.put(line.leg(), line.legT());
            line.phases()
                    .forEach(phase -> windows.put(
                            line.leg() + "/" + phase.round() + "/" + phase.name(), phase.window(line.leg())));
        }
        RunResults results = new RunResults(info.run(), List.copyOf(windows.values()));
        legs.forEach(results::legStarts);
        forEachInterval(intervals, results::add);
        nodes().forEach(line -> results.add(line.toSample(), line.t()));
        info.agents().stream()
                .filter(agent -> agent.state().equals("lost"))
                .forEach(agent -> results.agentLost(agent.label()));
        return results;
    }

    /** Hands every finished interval to a consumer, one by one in the order they were written. */
    public void forEachInterval(Consumer<MergedInterval> consumer) {
        forEachInterval(intervals(), consumer);
    }

    /** Histograms come before their interval's line and in the same order, so both files are read side by side. */
    private void forEachInterval(List<IntervalLine> intervals, Consumer<MergedInterval> consumer) {
        Map<Long, Integer> indexes = new HashMap<>();
        for (int i = 0; i < intervals.size(); i++) {
            indexes.put(HistogramLog.millis(intervals.get(i).t()), i);
        }
        Pending pending = new Pending();
        forEachLogLine(line -> {
            Integer index = indexes.get(line.millis());
            if (index != null) {
                while (pending.index < index) {
                    consumer.accept(pending.take(intervals));
                }
                if (pending.index == index) {
                    pending.lines.add(line);
                }
            }
        });
        while (pending.index < intervals.size()) {
            consumer.accept(pending.take(intervals));
        }
    }

    /** The histograms of the interval that is being read. */
    private static final class Pending {
        private int index;
        private final List<HistogramLog.Line> lines = new ArrayList<>();

        MergedInterval take(List<IntervalLine> intervals) {
            IntervalLine line = intervals.get(index++);
            Histogram lag = Histograms.create(Metrics.LATENCY);
            Map<String, Map<String, Histogram>> histograms = new HashMap<>();
            for (HistogramLog.Line one : lines) {
                if (one.phase().equals("-")) {
                    lag = one.histogram();
                } else {
                    histograms
                            .computeIfAbsent(one.phase() + "/" + one.request(), k -> new HashMap<>())
                            .put(one.metric(), one.histogram());
                }
            }
            lines.clear();
            List<RequestInterval> requests = new ArrayList<>();
            for (IntervalLine.Series series : line.series()) {
                requests.add(new RequestInterval(
                        new SeriesKey(series.round(), series.phase(), series.request()),
                        series.counts().toRequestCounts(),
                        series.inFlight(),
                        histograms.getOrDefault(series.phase() + "/" + series.request(), Map.of())));
            }
            return new MergedInterval(
                    line.leg(), line.index(), line.t(), line.seconds(), line.agents(), requests, lag, line.generator());
        }
    }

    private void forEachLogLine(Consumer<HistogramLog.Line> consumer) {
        Path file = directory.resolve(RunBundleWriter.HISTOGRAMS);
        forEachLine(file, line -> HistogramLog.parse(line).ifPresent(consumer));
    }

    private <T> List<T> lines(String name, LineDecoder<T> decoder) {
        List<T> decoded = new ArrayList<>();
        forEachLine(directory.resolve(name), line -> {
            if (!line.isBlank()) {
                decoded.add(decoder.decode(BundleJson.parse(line)));
            }
        });
        return decoded;
    }

    /** Makes a record of a line. */
    private interface LineDecoder<T> {
        T decode(JsonNode json) throws JsonProcessingException;
    }

    /** Takes a line. */
    private interface LineConsumer {
        void accept(String line) throws JsonProcessingException;
    }

    /** A missing file has no lines: the run was killed before the first. */
    private static void forEachLine(Path file, LineConsumer consumer) {
        if (!Files.isRegularFile(file)) {
            return;
        }
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            boolean lastIsWhole = endsWithLineFeed(file);
            int number = 0;
            String line = reader.readLine();
            while (line != null) {
                number++;
                String next = reader.readLine();
                if (next != null || lastIsWhole) {
                    try {
                        consumer.accept(line);
                    } catch (JsonProcessingException | RuntimeException e) {
                        throw new BundleException(file + ":" + number + " is broken: " + sentence(e), e);
                    }
                }
                line = next;
            }
        } catch (IOException e) {
            throw new BundleException("cannot read " + file + ": " + RunBundleWriter.reason(e), e);
        }
    }

    private static boolean endsWithLineFeed(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
            if (bytes.length() == 0) {
                return true;
            }
            bytes.seek(bytes.length() - 1);
            return bytes.read() == '\n';
        }
    }

    private static <T> T decode(Path file, JsonNode json, Class<T> type) {
        try {
            return BundleJson.as(json, type);
        } catch (JsonProcessingException | RuntimeException e) {
            throw broken(file, e);
        }
    }

    private static JsonNode json(Path file) {
        try {
            return BundleJson.parse(text(file));
        } catch (JsonProcessingException e) {
            throw broken(file, e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new BundleException("cannot read " + file + ": " + RunBundleWriter.reason(e), e);
        }
    }

    private static BundleException broken(Path file, Exception e) {
        String place = e instanceof JsonProcessingException json && json.getLocation() != null
                ? file + ":" + json.getLocation().getLineNr()
                : file.toString();
        return new BundleException(place + " is broken: " + sentence(e), e);
    }

    private static String sentence(Exception e) {
        return e instanceof JsonProcessingException json ? json.getOriginalMessage() : String.valueOf(e.getMessage());
    }
}
