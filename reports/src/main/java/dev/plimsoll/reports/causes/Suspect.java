package dev.plimsoll.reports.causes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A metric that can explain an anomaly: which way it moves then, how far at least, and how close to the root it is.
 *
 * @param metric its name
 * @param direction 1 where more of it explains, −1 where less does
 * @param peak whether a single sample counts, as for pauses, and not the mean
 * @param depth how far from the root: of two that moved alike, the smaller one is the cause and the other its effect
 * @param says what happened, as the beginning of a sentence
 * @param test whether its move is large enough
 */
record Suspect(String metric, int direction, boolean peak, int depth, String says, Test test) {
    private static final List<Suspect> ALL = new ArrayList<>();

    /**
     * A move of a suspect during an anomaly.
     *
     * @param before its usual value
     * @param during its value in the anomaly: the mean, or the most extreme one of a {@link #peak}
     * @param extraMillis how much longer requests took in the anomaly, in ms, or the delay that explains that fewer ended
     * @param lostMillis the same of all requests of a second, added up
     */
    record Move(double before, double during, double extraMillis, double lostMillis) {
        /** A move during an anomaly. */
        Move(double before, double during, Anomaly anomaly) {
            this(before, during, anomaly.extraMillis(), anomaly.lostMillis());
        }

        double change() {
            return during - before;
        }

        /** Whether it is that long, and so much of what requests took longer. */
        boolean explains(double millis, double share) {
            return during >= millis && !(change() < share * extraMillis);
        }

        /** Whether so many more in a second account for half of what requests took longer, if each costs so much. */
        boolean accounts(double millisEach) {
            return !(change() * millisEach < lostMillis / 2);
        }
    }

    /** Whether a move is large enough. */
    interface Test {
        boolean passes(Move move);
    }

    /** The generator itself: what it delays or stops is its own making. */
    private static final int GENERATOR = 0;
    /** The same, told by its effect on the event loops. */
    private static final int GENERATOR_LATE = 1;
    /** Hardware, system, runtime and load: nothing of what is measured comes before them. */
    private static final int ROOT = 2;
    /** What the engine suffers from. */
    private static final int ENGINE = 3;
    /** What follows from being slow, and makes it worse. */
    private static final int EFFECT = 4;
    /** Metrics of the scenario's own, of which nothing is known. */
    private static final int UNKNOWN = 5;

    /** A lost segment holds up its connection for a retransmission timeout: 1 s at first, and mostly less (RFC 6298). */
    private static final double LOSS_MILLIS = 1000;

    /** Of two that moved alike, what follows from being slow tells less than this times its strength. */
    private static final double WEIGHT_OF_EFFECT = 0.7;

    private static final double WEIGHT_OF_UNKNOWN = 0.85;

    static {
        String late = "the generator itself was late";
        peak("generator.gc.pause", GENERATOR, "a collection stopped the generator", m -> m.explains(5, 0.2));
        up("generator.steal", GENERATOR, "the hypervisor took the generator's time", m -> m.change() >= 5);
        up("generator.throttled", GENERATOR, "the generator's cgroup was throttled", m -> m.change() >= 5);
        peak("generator.event_loop_lag", GENERATOR_LATE, late, m -> m.explains(5, 0.2));
        up("generator.loop.wait", GENERATOR_LATE, "the generator waited for a core", m -> m.change() >= 10);
        up("generator.loop.cpu", GENERATOR_LATE, "an event loop of the generator was full", m -> m.during() >= 90);
        up("send_lag", GENERATOR_LATE, late, m -> m.explains(1, 0.25));
        up("request_rate.offered", ROOT, "the load itself rose", m -> m.change() >= 0.15 * m.before());
        peak("gc.pause", ROOT, "a garbage collection stopped the JVM", m -> m.explains(5, 0.1));
        up("gc.time", ROOT, "garbage collections took the JVM's time", m -> m.change() >= 5);
        down("gpu.clock.sm", ROOT, "the GPU's clock dropped", m -> -m.change() >= 0.02 * m.before());
        up("gpu.throttled", ROOT, "the GPU's clock was held down", m -> m.change() >= 2);
        up("gpu.throttled.power_cap", ROOT, "the power limit held the GPU's clock down", m -> m.change() >= 10);
        down("gpu.clock.memory", ROOT, "the clock of GPU memory dropped", m -> -m.change() >= 0.02 * m.before());
        down("gpu.pcie.generation", ROOT, "the PCIe link fell back", m -> m.change() < 0);
        down("gpu.pcie.width", ROOT, "the PCIe link lost lanes", m -> m.change() < 0);
        down("gpu.count", ROOT, "a GPU was lost", m -> m.change() < 0);
        up(
                "network.retransmits",
                ROOT,
                "TCP segments were lost",
                m -> m.change() >= 2 && m.during() >= 3 * m.before() && m.accounts(LOSS_MILLIS));
        up("cpu.core.max", ROOT, "a core was saturated", m -> m.during() >= 85 && m.change() >= 5);
        up("cpu.steal", ROOT, "the hypervisor took CPU time", m -> m.change() >= 5);
        up("cpu.throttled", ROOT, "the cgroup was throttled", m -> m.change() >= 5);
        up("cpu.iowait", ROOT, "cores waited for input and output", m -> m.change() >= 10);
        up("io.pressure", ROOT, "tasks waited for input and output", m -> m.change() >= 10);
        up("memory.pressure", ROOT, "tasks waited for memory", m -> m.change() >= 5);
        up("memory.major_faults", ROOT, "pages were read from disk", m -> m.change() >= 20);
        up("vllm.preemptions", ENGINE, "requests were preempted for want of KV cache", m -> m.change() >= 0.05);
        up("vllm.kv_cache.usage", ENGINE, "the KV cache was full", m -> m.during() >= 0.9 && m.change() >= 0.02);
        up("cpu.utilization", EFFECT, "the cores were full", m -> m.during() >= 90 && m.change() >= 5);
        up("cpu.pressure", EFFECT, "tasks waited for a core", m -> m.change() >= 20);
        up("vllm.requests.waiting", EFFECT, "requests queued up", m -> m.change() >= 1);
        down("vllm.prefix_cache.hit_ratio", EFFECT, "fewer prefixes were cached", m -> -m.change() >= 0.1);
    }

    /**
     * How much its strength counts in a comparison. How many requests wait is what latency consists of, and agrees with it
     * whatever the cause; so another one that explains the anomaly fairly well comes first.
     */
    double weight() {
        return depth == EFFECT ? WEIGHT_OF_EFFECT : depth == UNKNOWN ? WEIGHT_OF_UNKNOWN : 1;
    }

    private static void up(String metric, int depth, String says, Test test) {
        ALL.add(new Suspect(metric, 1, false, depth, says, test));
    }

    private static void peak(String metric, int depth, String says, Test test) {
        ALL.add(new Suspect(metric, 1, true, depth, says, test));
    }

    private static void down(String metric, int depth, String says, Test test) {
        ALL.add(new Suspect(metric, -1, false, depth, says, test));
    }

    /** All that are known, in order of depth. */
    static List<Suspect> all() {
        return List.copyOf(ALL);
    }

    /** The one of that name. */
    static Optional<Suspect> find(String metric) {
        return ALL.stream().filter(suspect -> suspect.metric().equals(metric)).findFirst();
    }

    /** A metric that a scenario brought along: it can move either way. */
    static Suspect custom(String metric, int direction) {
        return new Suspect(metric, direction, false, UNKNOWN, metric + " moved", move -> true);
    }
}
