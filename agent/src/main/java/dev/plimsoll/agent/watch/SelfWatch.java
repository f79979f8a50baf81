package dev.plimsoll.agent.watch;

import static java.util.Objects.requireNonNull;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.plimsoll.agent.probes.CpuTimes;
import dev.plimsoll.agent.probes.ProcFiles;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Reading;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * Watches the generator itself, so that what it did to the numbers is known.
 *
 * <p>{@link #start}, {@link #flip} and {@link #close} are called by one thread, which is none of the event loops
 * watched. On each of those a timer fires every 10 ms and records how late it is; that allocates nothing.
 */
public final class SelfWatch implements AutoCloseable {
    /** How often the timer on each event loop fires. */
    public static final long TIMER_NANOS = 10_000_000;

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double PERCENT = 100;

    /** How the JVM says EMFILE. */
    private static final String NO_DESCRIPTOR_LEFT = "errno: 24 ";

    private final List<LoopTimer> timers;
    private final IntSupplier connections;
    private final ProcFiles files;
    private final LongSupplier nanoClock;
    private final PauseListener pauses = new PauseListener();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private Counters before;

    /**
     * Watches nothing yet.
     *
     * @param loops the event loops that carry load
     * @param connections open now; asked at each flip
     * @param files of this machine
     * @param nanoClock {@code System::nanoTime}
     */
    public SelfWatch(List<EventLoop> loops, IntSupplier connections, ProcFiles files, LongSupplier nanoClock) {
        this.timers = loops.stream().map(loop -> new LoopTimer(loop, nanoClock)).toList();
        this.connections = requireNonNull(connections, "connections");
        this.files = requireNonNull(files, "files");
        this.nanoClock = requireNonNull(nanoClock, "nanoClock");
        this.before = count();
    }

    /**
     * What happened since the last flip, or the start.
     *
     * @param readings by the names {@code generator.…}
     * @param lag how late the timers fired, in nanoseconds; owned by who gets it
     */
    public record Interval(Map<String, Reading> readings, Histogram lag) {
        /** Copies the map. */
        public Interval {
            readings = Map.copyOf(readings);
            requireNonNull(lag, "lag");
        }
    }

    /** Begins to watch; the first interval starts now. */
    public void start() {
        pauses.register();
        timers.forEach(timer -> timer.identify(files));
        timers.forEach(LoopTimer::start);
        before = count();
    }

    /** Ends the interval and begins the next one. Takes well below a millisecond, and reads files. */
    public Interval flip() {
        Counters now = count();
        Histogram lag = new Histogram(Histograms.LOWEST_NANOS, Histograms.HIGHEST_NANOS, 3);
        long latest = 0;
        for (LoopTimer timer : timers) {
            timer.flipInto(lag);
            latest = Math.max(latest, timer.overdueNanos());
        }
        latest = Math.max(latest, lag.getMaxValue());
        Map<String, Reading> readings = new LinkedHashMap<>();
        readings.put("generator.event_loop_lag", Reading.of(latest / NANOS_PER_MILLI));
        readings.put("generator.gc.pause", Reading.of(pauses.longestSinceLastCallMillis()));
        readings.put("generator.sockets", Reading.of(connections.getAsInt()));
        collections(readings, now);
        cpu(readings, now);
        loops(readings, now);
        machine(readings, now);
        descriptors(readings);
        before = now;
        return new Interval(readings, lag);
    }

    /** Stops watching. */
    @Override
    public void close() {
        timers.forEach(LoopTimer::stop);
        pauses.unregister();
    }

    /** Counters at one instant; −1 where one is not known. */
    private record Counters(long nanos, long processCpuNanos, Map<LoopTimer, LoopTimes> loops, Machine machine) {}

    /** What an event loop's thread has had since its start: a core; and the wish for one, −1 where that is not known. */
    private record LoopTimes(long cpuNanos, long waitedNanos) {}

    /** What the machine's files say, or why they do not. */
    private record Machine(CpuTimes cpu, OptionalLong throttledMicros, String problem) {
        private static final CpuTimes NONE = new CpuTimes(new CpuTimes.Core(0, 0, 0, 0), Map.of());

        static Machine read(ProcFiles files) {
            try {
                return new Machine(files.cpuTimes(), files.throttledMicros(), "");
            } catch (IOException e) {
                return new Machine(NONE, OptionalLong.empty(), String.valueOf(e.getMessage()));
            }
        }
    }

    private Counters count() {
        Map<LoopTimer, LoopTimes> loops = new HashMap<>();
        for (LoopTimer timer : timers) {
            long thread = timer.threadId();
            if (thread != 0) {
                loops.put(timer, new LoopTimes(threads.getThreadCpuTime(thread), waitedNanos(timer)));
            }
        }
        return new Counters(nanoClock.getAsLong(), system.getProcessCpuTime(), loops, Machine.read(files));
    }

    private long waitedNanos(LoopTimer timer) {
        Optional<String> thread = timer.thread();
        try {
            return thread.isEmpty() ? -1 : files.waitedNanos(thread.get()).orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }

    private void collections(Map<String, Reading> readings, Counters now) {
        double millis = pauses.totalSinceLastCallMillis();
        if (now.nanos > before.nanos) {
            double share = millis * NANOS_PER_MILLI / (now.nanos - before.nanos);
            readings.put("generator.gc.time", Reading.of(PERCENT * Math.clamp(share, 0, 1)));
        }
    }

    private void cpu(Map<String, Reading> readings, Counters now) {
        double elapsed = now.nanos - before.nanos;
        if (elapsed <= 0) {
            return;
        }
        if (now.processCpuNanos >= 0 && before.processCpuNanos >= 0) {
            double cores = Runtime.getRuntime().availableProcessors();
            double used = Math.max(0, now.processCpuNanos - before.processCpuNanos);
            readings.put("generator.cpu", Reading.of(PERCENT * used / elapsed / cores));
        } else {
            readings.put("generator.cpu", Reading.notAvailable("the JVM does not tell its CPU time"));
        }
    }

    private void loops(Map<String, Reading> readings, Counters now) {
        busiest(now, LoopTimes::cpuNanos)
                .ifPresent(share -> readings.put("generator.loop.cpu", Reading.of(PERCENT * share)));
        OptionalDouble waiting = busiest(now, LoopTimes::waitedNanos);
        if (waiting.isPresent()) {
            readings.put("generator.loop.wait", Reading.of(PERCENT * Math.clamp(waiting.getAsDouble(), 0, 1)));
        } else if (now.loops.values().stream().anyMatch(loop -> loop.waitedNanos < 0)) {
            readings.put("generator.loop.wait", Reading.notAvailable("this system does not tell who waits for a core"));
        }
    }

    /** The largest growth of a time over all loops, as a share of the time passed; nothing when none tells. */
    private OptionalDouble busiest(Counters now, ToLongFunction<LoopTimes> time) {
        double elapsed = now.nanos - before.nanos;
        double most = -1;
        for (Map.Entry<LoopTimer, LoopTimes> loop : now.loops.entrySet()) {
            LoopTimes earlier = before.loops.get(loop.getKey());
            if (earlier != null && time.applyAsLong(earlier) >= 0 && time.applyAsLong(loop.getValue()) >= 0) {
                most = Math.max(most, time.applyAsLong(loop.getValue()) - time.applyAsLong(earlier));
            }
        }
        return most < 0 || elapsed <= 0 ? OptionalDouble.empty() : OptionalDouble.of(most / elapsed);
    }

    private void machine(Map<String, Reading> readings, Counters now) {
        if (!now.machine.problem.isEmpty()) {
            readings.put("generator.steal", Reading.failed(now.machine.problem));
            readings.put("generator.throttled", Reading.failed(now.machine.problem));
            return;
        }
        if (before.machine.problem.isEmpty()) {
            now.machine
                    .cpu
                    .steal(before.machine.cpu)
                    .ifPresent(steal -> readings.put("generator.steal", Reading.of(steal)));
        }
        if (now.machine.throttledMicros.isEmpty()) {
            readings.put("generator.throttled", Reading.notAvailable("the agent's cgroup has no CPU limit"));
        } else if (before.machine.throttledMicros.isPresent() && now.nanos > before.nanos) {
            double micros = now.machine.throttledMicros.getAsLong() - before.machine.throttledMicros.getAsLong();
            double share = micros * NANOS_PER_MICRO / (now.nanos - before.nanos);
            readings.put("generator.throttled", Reading.of(PERCENT * Math.clamp(share, 0, 1)));
        }
    }

    private void descriptors(Map<String, Reading> readings) {
        if (system instanceof UnixOperatingSystemMXBean unix) {
            Reading limit = Reading.of(unix.getMaxFileDescriptorCount());
            readings.put("generator.descriptors", used(unix::getOpenFileDescriptorCount, limit));
            readings.put("generator.descriptors.limit", limit);
        } else {
            Reading none = Reading.notAvailable("this system does not count file descriptors");
            readings.put("generator.descriptors", none);
            readings.put("generator.descriptors.limit", none);
        }
    }

    /** The JVM counts by opening a directory: when that fails for want of a descriptor, all are in use. */
    static Reading used(LongSupplier count, Reading limit) {
        try {
            return Reading.of(count.getAsLong());
        } catch (InternalError refused) {
            String reason = String.valueOf(refused.getMessage()).strip();
            return reason.contains(NO_DESCRIPTOR_LEFT)
                    ? limit
                    : Reading.failed("open file descriptors could not be counted: " + reason);
        }
    }
}
