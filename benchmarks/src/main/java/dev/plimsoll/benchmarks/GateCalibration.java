package dev.plimsoll.benchmarks;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.EarlierRuns;
import dev.plimsoll.reports.verdict.Evidence;
import dev.plimsoll.reports.verdict.GatePlan;
import dev.plimsoll.reports.verdict.Judge;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.reports.verdict.Watch;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.OpenEnd;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How often gates err, and how long they take, on {@link SimulatedRuns}: {@code benchmarks/run gate-calibration [GATES]}
 * prints the figures of {@code docs/verdict.md}.
 */
public final class GateCalibration {
    /** How many earlier runs a store has that has gated every release for a while. */
    static final int MANY = EarlierRuns.MOST;

    private static final int PLANNED = 60;
    private static final int LONGEST = 180;
    private static final double SPREAD = 0.01;
    private static final SimulatedRuns.Release SAME = SimulatedRuns.Release.same(SPREAD);
    private static final List<String> PARTS = List.of("same", "limit", "far", "change");

    private GateCalibration() {}

    /** How a gate is watched. */
    enum Watching {
        /** One look at the end. */
        ONCE("abort_when_hopeless: false"),
        /** A look every second, to the planned end at the latest. */
        STOPPING("stop_when_decided: true"),
        /** A look every second, beyond the planned end while a check is undecided. */
        EXTENDING("stop_when_decided: true, extend_until: " + LONGEST + "s");

        private final String keys;

        Watching(String keys) {
            this.keys = keys;
        }
    }

    /** Limits on the change of releases that did not change. */
    enum Limits {
        /** Close to what chance does. */
        CLOSE("latency.mean <= +5%", "latency.p99 <= +10%", "throughput >= -3%"),
        /** As people write them. */
        USUAL("latency.mean <= +10%", "latency.p99 <= +20%", "throughput >= -5%"),
        /** The truth lies at each limit, and the slightest growth by chance is beyond it. */
        NO_GROWTH("latency.mean <= +0%", "latency.p99 <= +0%", "throughput >= -0%");

        private final List<String> checks;

        Limits(String... checks) {
            this.checks = List.of(checks);
        }

        private Scenario scenario(Watching watching) {
            return GateCalibration.scenario(PLANNED, watching, comparing(checks));
        }
    }

    /** Changes to be found. */
    enum Change {
        /** All latencies 10 % longer. */
        MEAN("latency.mean <= +0%", 0.10, new SimulatedRuns.Release(1.1, 0, 1, SPREAD)),
        /** A p99 20 % longer. */
        P99("latency.p99 <= +0%", 0.20, new SimulatedRuns.Release(1, 0.0784, 1, SPREAD)),
        /** A throughput 5 % lower. */
        THROUGHPUT("throughput >= -0%", 0.05, new SimulatedRuns.Release(1, 0, 0.95, SPREAD));

        private final String check;
        private final double beyond;
        private final SimulatedRuns.Release release;

        Change(String check, double beyond, SimulatedRuns.Release release) {
            this.check = check;
            this.beyond = beyond;
            this.release = release;
        }
    }

    /**
     * What became of gates.
     *
     * @param promoted share of PROMOTE
     * @param rolledBack share of ROLLBACK
     * @param meanSeconds how long their loads lasted on average
     */
    record Shares(double promoted, double rolledBack, double meanSeconds) {
        private static Shares of(List<One> ones) {
            return new Shares(
                    share(ones, Verdict.Outcome.PROMOTE),
                    share(ones, Verdict.Outcome.ROLLBACK),
                    ones.stream().mapToDouble(One::seconds).average().orElse(0));
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "PROMOTE %5.1f %%   ROLLBACK %5.1f %%   INCONCLUSIVE %5.1f %%   load %5.1f s",
                    100 * promoted,
                    100 * rolledBack,
                    100 * (1 - promoted - rolledBack),
                    meanSeconds);
        }
    }

    /**
     * Changes that were looked for.
     *
     * @param found share of gates that rolled back, of those with a plan
     * @param planned share of gates that had a plan
     * @param meanSeconds that the plans gave
     */
    record Found(double found, double planned, double meanSeconds) {
        private static Found of(List<Optional<One>> ones) {
            List<One> played = ones.stream().flatMap(Optional::stream).toList();
            return new Found(
                    share(played, Verdict.Outcome.ROLLBACK),
                    (double) played.size() / ones.size(),
                    played.stream().mapToDouble(One::seconds).average().orElse(0));
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%5.1f %% had a plan, of %5.1f s on average; found in %5.1f %% of these",
                    100 * planned,
                    meanSeconds,
                    100 * found);
        }
    }

    /** What became of one gate. */
    private record One(Verdict.Outcome outcome, double seconds) {}

    /**
     * Prints all figures. The first argument is the number of gates, 1,000 unless given; further ones choose among
     * {@code same}, {@code limit}, {@code far} and {@code change}.
     */
    public static void main(String[] arguments) {
        int gates = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000;
        List<String> parts = arguments.length > 1 ? List.of(arguments).subList(1, arguments.length) : PARTS;
        if (gates < 1 || !PARTS.containsAll(parts)) {
            throw new IllegalArgumentException(
                    "gate-calibration [GATES] [same|limit|far|change]…, not " + String.join(" ", arguments));
        }
        System.out.printf(
                "%,d gates each; seconds correlated by 0.6; runs of the same code differ by %.0f %%; earlier runs of %d s%n",
                gates, 100 * SPREAD, PLANNED);
        if (parts.contains("same")) {
            printSame(gates);
        }
        if (parts.contains("limit")) {
            System.out.println("\nThe limit is the truth: latency.mean <= its true mean");
            for (Watching watching : Watching.values()) {
                print(watching.name(), limitIsTheTruth(gates, watching));
            }
        }
        if (parts.contains("far")) {
            System.out.println("\nA limit far away: mean and p99 at most half of it, or twice over it");
            print("kept", farAway(gates, 2, Watching.STOPPING));
            print("broken", farAway(gates, 0.5, Watching.STOPPING));
        }
        if (parts.contains("change")) {
            printChanges(gates);
        }
    }

    private static void printSame(int gates) {
        for (int earlier : new int[] {5, MANY}) {
            for (Limits limits : Limits.values()) {
                System.out.printf(
                        "%nThe same code again, %d earlier runs: %s%n", earlier, String.join(", ", limits.checks));
                for (Watching watching : Watching.values()) {
                    print(watching.name(), sameCode(gates, earlier, limits, watching));
                }
            }
        }
    }

    private static void printChanges(int gates) {
        for (int earlier : new int[] {5, 10, MANY}) {
            System.out.printf(
                    "%nA change of mean +10%%, p99 +20%%, throughput -5%%, %d earlier runs, played for as long as the plan"
                            + " gave%n",
                    earlier);
            for (Change change : Change.values()) {
                print(change.name(), planned(gates, earlier, change));
            }
        }
    }

    private static void print(String name, Object figures) {
        System.out.printf("  %-10s %s%n", name, figures);
    }

    /** Releases that did not change. */
    static Shares sameCode(int gates, int earlier, Limits limits, Watching watching) {
        Scenario scenario = limits.scenario(watching);
        return Shares.of(all(gates, 1, random -> gate(scenario, SAME, earlier(scenario, earlier, random), random)));
    }

    /** Gates whose limit is the true value, which half of all estimates break. */
    static Shares limitIsTheTruth(int gates, Watching watching) {
        SimulatedRuns.Release same = SimulatedRuns.Release.same(0);
        Scenario scenario =
                scenario(PLANNED, watching, "thresholds: [ \"latency.mean <= " + same.meanMillis() + "ms\" ]");
        return Shares.of(all(gates, 2, random -> gate(scenario, same, EarlierRuns.NONE, random)));
    }

    /** Gates whose limits are so many times the true values. */
    static Shares farAway(int gates, double times, Watching watching) {
        String thresholds = String.format(
                Locale.ROOT,
                "thresholds: [ \"latency.mean <= %.1fms\", \"latency.p99 <= %.1fms\" ]",
                times * SAME.meanMillis(),
                times * 320);
        Scenario scenario = scenario(PLANNED, watching, thresholds);
        return Shares.of(all(gates, 3, random -> gate(scenario, SAME, EarlierRuns.NONE, random)));
    }

    /** Gates that last as long as their plan says. */
    static Found planned(int gates, int earlierRuns, Change change) {
        String check = comparing(List.of(change.check));
        Scenario before = scenario(PLANNED, Watching.ONCE, check);
        return Found.of(all(gates, 4 + change.ordinal(), random -> {
            EarlierRuns earlier = earlier(before, earlierRuns, random);
            Optional<Double> seconds = GatePlan.of(before, earlier, List.of(change.beyond))
                    .lengths()
                    .getFirst()
                    .seconds();
            return seconds.map(length ->
                    gate(scenario((int) Math.ceil(length), Watching.ONCE, check), change.release, earlier, random));
        }));
    }

    private static double share(List<One> ones, Verdict.Outcome outcome) {
        return ones.isEmpty()
                ? 0
                : (double) ones.stream().filter(one -> one.outcome() == outcome).count() / ones.size();
    }

    /* Each gate draws from a stream of its own, so their order does not matter. */
    private static <T> List<T> all(int gates, long seed, Function<SplittableRandom, T> gating) {
        return IntStream.range(0, gates)
                .parallel()
                .mapToObj(i -> gating.apply(new SplittableRandom(seed * 1_000_003 + i)))
                .toList();
    }

    private static EarlierRuns earlier(Scenario scenario, int count, SplittableRandom random) {
        Gate gate = scenario.gate().orElseThrow();
        Gate.Baseline baseline = gate.baseline().orElseThrow();
        List<RunResults> runs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            runs.add(new SimulatedRuns.Run("earlier-" + i, SAME, PLANNED, random)
                    .play(PLANNED)
                    .results());
        }
        return EarlierRuns.of(runs, baseline.runs(), baseline.checks(), gate.confidence());
    }

    /* Plays a gate as a controller does. */
    private static One gate(
            Scenario scenario, SimulatedRuns.Release release, EarlierRuns baseline, SplittableRandom random) {
        Optional<OpenEnd> end = OpenEnd.of(scenario);
        int planned = (int) scenario.phases().getFirst().duration().toSeconds();
        int longest = end.map(one -> (int) one.longest().toSeconds()).orElse(planned);
        SimulatedRuns.Run run = new SimulatedRuns.Run("now", release, longest, random);
        Watch watch = new Watch(scenario.gate().orElseThrow(), end, baseline);
        int until = longest;
        while (run.seconds() < until) {
            run.play(1);
            Optional<Watch.Advice> advice = watch.look(run.results());
            if (advice.isPresent()) {
                until = switch (advice.get().step()) {
                    case STOP -> run.seconds();
                    case END -> Math.min(longest, run.seconds() + 1);
                    case END_AS_PLANNED -> planned;
                    case EXTEND -> longest;
                };
                run.results().legStopped(0, until);
            }
        }
        Evidence evidence = new Evidence(
                run.results(),
                Optional.empty(),
                baseline,
                "",
                List.of(),
                List.of(),
                Optional.of(watch.finish(run.results(), true)));
        return new One(new Judge(scenario.gate().orElseThrow()).judge(evidence).verdict(), run.seconds());
    }

    private static String comparing(List<String> checks) {
        return "baseline: { checks: [ \"" + String.join("\", \"", checks) + "\" ] }";
    }

    private static Scenario scenario(int seconds, Watching watching, String checks) {
        String yaml = """
            name: simulated
            target: { url: "http://127.0.0.1:1", api: http }
            workload: [ { name: chat, request: { path: / } } ]
            phases: [ { name: steady, duration: %ds, rate: 40/s } ]
            gate: { %s, %s }
            """.formatted(seconds, watching.keys, checks);
        try {
            return ScenarioReader.read("simulated", yaml, Path.of(""), List.of(), Map.of())
                    .scenario();
        } catch (ScenarioException e) {
            throw new IllegalStateException(e);
        }
    }
}
