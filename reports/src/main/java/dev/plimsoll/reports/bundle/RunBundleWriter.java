package dev.plimsoll.reports.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a run bundle as the run goes.
 *
 * <p>Whole files are replaced at once: a reader sees the old or the new one. Lines are appended in one write each,
 * histograms of an interval before its line in {@code intervals.ndjson}, so a killed process leaves every finished
 * interval complete, and at most a last line without its end. Not thread-safe.
 */
public sealed class RunBundleWriter implements AutoCloseable {
    static final String RUN = "run.json";
    static final String SCENARIO = "scenario.yaml";
    static final String SUMMARY = "summary.json";
    static final String HISTOGRAMS = "histograms.hlog";
    static final String INTERVALS = "intervals.ndjson";
    static final String NODES = "nodes.ndjson";
    static final String EVENTS = "events.ndjson";
    static final String VERDICT = "verdict.json";

    private final Path directory;
    private final Map<String, FileChannel> open = new LinkedHashMap<>();
    private RunInfo info;

    private RunBundleWriter(Path directory, RunInfo info) {
        this.directory = directory;
        this.info = info;
    }

    /**
     * Begins a bundle.
     *
     * @param store the directory that holds bundles; made when it is missing
     * @param info what is known of the run so far
     * @param scenario the scenario's YAML with secrets masked
     * @throws BundleException when it cannot be written, or a bundle of that id is there
     */
    public static RunBundleWriter create(Path store, RunInfo info, String scenario) {
        if (!RunId.isValid(info.run())) {
            throw new IllegalArgumentException("not a run's id: \"" + info.run() + "\"; make one with RunId.create");
        }
        Path directory = store.resolve(info.run());
        try {
            Files.createDirectories(store);
            Files.createDirectory(directory);
        } catch (IOException e) {
            throw new BundleException("cannot make the run bundle " + directory + ": " + reason(e), e);
        }
        RunBundleWriter writer = new RunBundleWriter(directory, info);
        writer.file(SCENARIO, scenario);
        writer.update(info);
        for (String lines : new String[] {INTERVALS, NODES, EVENTS}) {
            writer.append(lines, new byte[0]);
        }
        return writer;
    }

    /**
     * A writer that writes nothing, for a run that nobody wants to keep.
     *
     * @param info what is known of the run so far
     */
    public static RunBundleWriter nowhere(RunInfo info) {
        return new Nowhere(info);
    }

    /** Where the bundle is. */
    public Path directory() {
        return directory;
    }

    /** What was last written to {@code run.json}. */
    public RunInfo info() {
        return info;
    }

    /** Writes {@code run.json} anew. */
    public void update(RunInfo changed) {
        file(RUN, BundleJson.file(changed));
        info = changed;
    }

    /**
     * Appends an interval and its histograms.
     *
     * @param interval what all agents together measured
     * @param results that know the interval's leg and phases
     */
    public void interval(MergedInterval interval, RunResults results) {
        if (!open.containsKey(HISTOGRAMS)) {
            append(
                    HISTOGRAMS,
                    HistogramLog.header(info.run(), info.loadStarted().orElse(info.started())));
        }
        append(HISTOGRAMS, HistogramLog.lines(interval));
        line(INTERVALS, IntervalLine.of(interval, results));
    }

    /** Appends a node's sample, taken at this instant in seconds since the load began. */
    public void node(NodeSample sample, double t) {
        line(NODES, NodeLine.of(sample, t));
    }

    /** Appends an event. */
    public void event(RunEvent event) {
        line(EVENTS, event);
    }

    /**
     * Replaces all events and node samples by these: the instant that their times count from has become known. A reader
     * sees the old lines or the new ones.
     */
    public void retime(List<RunEvent> events, List<NodeLine> nodes) {
        replace(EVENTS, events);
        replace(NODES, nodes);
    }

    private void replace(String name, List<?> records) {
        StringBuilder lines = new StringBuilder();
        records.forEach(one -> lines.append(BundleJson.line(one)).append('\n'));
        file(name, lines.toString());
        FileChannel replaced = open.remove(name);
        if (replaced != null) {
            close(name, replaced);
        }
    }

    /** Writes {@code summary.json}. */
    public void summary(Summary summary) {
        file(SUMMARY, BundleJson.file(summary));
    }

    /**
     * Writes {@code verdict.json}.
     *
     * @throws IllegalStateException for PROMOTE of a run that was not finished, by the last {@code run.json}
     */
    public void verdict(Verdict verdict) {
        if (verdict.verdict() == Verdict.Outcome.PROMOTE && info.status() != RunInfo.Status.FINISHED) {
            throw new IllegalStateException(
                    "a run that is " + info.status().label() + " is not promoted: " + info.run());
        }
        file(VERDICT, BundleJson.file(verdict));
    }

    /** Writes a further file, such as {@code report.html}, in one piece. */
    public void file(String name, String content) {
        write(directory, name, content);
    }

    /** Writes a file of a bundle's directory in one piece: readers see the old one or the new one. */
    static void write(Path directory, String name, String content) {
        Path file = directory.resolve(name);
        Path temporary = directory.resolve(name + ".tmp");
        try {
            Files.writeString(temporary, content);
            try {
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new BundleException("cannot write " + file + ": " + reason(e), e);
        }
    }

    private void line(String name, Object record) {
        append(name, (BundleJson.line(record) + "\n").getBytes(UTF_8));
    }

    private void append(String name, byte[] bytes) {
        Path file = directory.resolve(name);
        try {
            FileChannel channel = open.get(name);
            if (channel == null) {
                channel = FileChannel.open(file, CREATE, APPEND, WRITE);
                open.put(name, channel);
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw new BundleException("cannot write " + file + ": " + reason(e), e);
        }
    }

    static String reason(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : e.getClass().getSimpleName() + " " + message;
    }

    /** Closes the files; nothing is left to be written. */
    @Override
    public void close() {
        open.forEach(this::close);
    }

    private void close(String name, FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new BundleException("cannot close " + directory.resolve(name) + ": " + reason(e), e);
        }
    }

    /** Remembers what {@code run.json} would say, and no more. */
    private static final class Nowhere extends RunBundleWriter {
        Nowhere(RunInfo info) {
            super(Path.of(""), info);
        }

        @Override
        public void update(RunInfo changed) {
            super.info = changed;
        }

        @Override
        public void interval(MergedInterval interval, RunResults results) {}

        @Override
        public void node(NodeSample sample, double t) {}

        @Override
        public void event(RunEvent event) {}

        @Override
        public void retime(List<RunEvent> events, List<NodeLine> nodes) {}

        @Override
        public void summary(Summary summary) {}

        @Override
        public void verdict(Verdict verdict) {}

        @Override
        public void file(String name, String content) {}
    }
}
