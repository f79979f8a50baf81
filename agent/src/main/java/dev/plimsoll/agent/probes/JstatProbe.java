package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.probes.GcTotals.Total;
import dev.plimsoll.agent.probes.JstatProcess.Row;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of the agent's own machine by {@code jstat}, from Java 8 on and with every collector.
 *
 * <p>{@code jstat} has counts and sums of pauses, in milliseconds at best. How long the longest took cannot be told from
 * them, so {@code gc.pause} is not available; the share of time in pauses is. One {@code jstat} runs all along; when it
 * ends, it is started anew, less and less often. The JVM itself is looked for at each sample: of one that was killed,
 * jstat goes on to print the last row, as long as no other JVM clears away what the dead one shared.
 */
final class JstatProbe implements Probe {
    private static final double BYTES_PER_KIB = 1_024;
    private static final int MOST_SILENT_INTERVALS = 3;
    private static final long SLOWEST_START_NANOS = Duration.ofSeconds(10).toNanos();

    /** After so many rows a jstat is replaced, so that one whose agent was killed does not stay for good. */
    private static final long LEAST_ROWS = 60;

    private static final Duration LIFE = Duration.ofHours(1);
    private static final List<String> USED = List.of("S0U", "S1U", "EU", "OU");
    private static final List<String> CAPACITY = List.of("S0C", "S1C", "EC", "OC");

    /** Counts by the sums that belong to them: young, full and concurrent collections; of the last, the pauses only. */
    private static final Map<String, String> PAUSES = Map.of("YGC", "YGCT", "FGC", "FGCT", "CGC", "CGCT");

    private final JvmLocator locator;
    private final Duration interval;
    private final Workers workers;
    private final RetryDelay retry = new RetryDelay();
    private @Nullable JstatProcess process;
    private long pid;
    private @Nullable ProcessHandle watched;
    private long startedNanos;
    private @Nullable Row reported;
    private @Nullable GcTotals before;
    private boolean closed;

    /**
     * Starts nothing yet.
     *
     * @param locator finds the JVM, anew after its end
     * @param interval between two rows
     */
    JstatProbe(JvmLocator locator, Duration interval, Workers workers) {
        this.locator = locator;
        this.interval = interval;
        this.workers = workers;
    }

    @Override
    public String type() {
        return "jstat";
    }

    @Override
    public Set<String> metrics() {
        return JvmProbe.METRICS;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        return workers.run(this::read);
    }

    @Override
    public Future<Void> close() {
        return workers.run(() -> {
            end();
            return null;
        });
    }

    private synchronized void end() {
        closed = true;
        if (process != null) {
            process.close();
        }
    }

    private synchronized Map<String, Reading> read() throws IOException {
        JstatProcess jstat = running();
        if (jstat == null) {
            return all(Reading.notAvailable("no jstat is on the agent's machine; install a JDK, or use a jfr probe"));
        }
        Row row = jstat.latest();
        long now = System.nanoTime();
        if (row == null) {
            if (now - startedNanos > SLOWEST_START_NANOS) {
                throw new IOException("jstat has printed nothing for " + millis(now - startedNanos) + " ms");
            }
            return Map.of();
        }
        if (now - row.nanos() > MOST_SILENT_INTERVALS * interval.toNanos() + Sampler.LEAST_TIMEOUT.toNanos()) {
            throw new IOException("jstat has printed nothing for " + millis(now - row.nanos()) + " ms");
        }
        retry.succeeded();
        return row == reported ? Map.of() : readings(row);
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    /** The jstat under way, which is started where there is none; null where there is no such command. */
    private @Nullable JstatProcess running() throws IOException {
        if (closed) {
            throw new IOException("the probe is closed");
        }
        if (process != null && process.isAlive() && watched != null && watched.isAlive()) {
            return process;
        }
        if (process != null) {
            leave(process);
        }
        LocalJvm jvm = locator.find();
        retry.require(System.nanoTime());
        Optional<Path> command = jvm.tool("jstat");
        if (command.isEmpty()) {
            return null;
        }
        if (jvm.pid() != pid) {
            before = null;
            pid = jvm.pid();
        }
        watched = ProcessHandle.of(pid).orElseThrow(() -> jvm.gone(null));
        process = start(command.get(), jvm);
        startedNanos = System.nanoTime();
        return process;
    }

    private void leave(JstatProcess ended) {
        process = null;
        ended.close();
        if (!ended.isComplete()) {
            retry.failed(
                    "jstat lost JVM " + pid + (ended.said().isEmpty() ? "" : ": " + ended.said())
                            + "; it sees JVMs of the same user that run without -XX:-UsePerfData",
                    System.nanoTime());
        }
    }

    private JstatProcess start(Path command, LocalJvm jvm) throws IOException {
        return JstatProcess.start(List.of(
                command.toString(),
                "-J-Duser.language=en",
                "-J-Xmx32m",
                "-J-XX:+UseSerialGC",
                "-J-XX:TieredStopAtLevel=1",
                "-gc",
                "-t",
                Long.toString(jvm.pid()),
                Long.toString(interval.toMillis()),
                Long.toString(Math.max(LEAST_ROWS, LIFE.toMillis() / interval.toMillis()))));
    }

    private Map<String, Reading> readings(Row row) {
        GcTotals now = totals(row);
        GcTotals earlier = before;
        before = now;
        reported = row;
        return readings(row, now, earlier);
    }

    /** What a row says; rates need the totals of an earlier one. */
    static Map<String, Reading> readings(Row row, GcTotals now, @Nullable GcTotals earlier) {
        Map<String, Reading> readings = new LinkedHashMap<>();
        readings.put("jvm.heap.used", sum(row, USED));
        readings.put("jvm.heap.committed", sum(row, CAPACITY));
        readings.put("gc.pause", Reading.notAvailable("jstat has sums of pauses only; a jfr probe tells the longest"));
        if (now.pauses().isEmpty()) {
            Reading none = Reading.notAvailable("this jstat has no columns YGC, FGC and CGC");
            readings.put("gc.time", none);
            readings.put("gc.count", none);
        } else if (earlier != null && now.isReset(earlier)) {
            readings.put("gc.time", Counters.reset());
            readings.put("gc.count", Counters.reset());
        } else if (earlier != null) {
            now.share(earlier).ifPresent(reading -> readings.put("gc.time", reading));
            now.perSecond(earlier).ifPresent(reading -> readings.put("gc.count", reading));
        }
        return readings;
    }

    /** A row's pauses by the name of their count. */
    static GcTotals totals(Row row) {
        Map<String, Total> pauses = new LinkedHashMap<>();
        PAUSES.forEach((count, time) -> {
            OptionalDouble number = row.value(count);
            OptionalDouble seconds = row.value(time);
            if (number.isPresent() && seconds.isPresent()) {
                pauses.put(count, Total.of(number.getAsDouble(), seconds.getAsDouble()));
            }
        });
        return new GcTotals(row.nanos(), pauses);
    }

    /** The sum of the columns that have a value; collectors without generations have the last of them only. */
    private static Reading sum(Row row, List<String> columns) {
        List<Double> found = columns.stream()
                .map(row::value)
                .filter(OptionalDouble::isPresent)
                .map(OptionalDouble::getAsDouble)
                .toList();
        return found.isEmpty()
                ? Reading.notAvailable("this jstat has no columns " + String.join(", ", columns))
                : Reading.of(BYTES_PER_KIB
                        * found.stream().mapToDouble(Double::doubleValue).sum());
    }
}
