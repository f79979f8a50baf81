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
import java.util.HashMap;
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
    private static final List<String> PARTS = List.of("same", "hard", "limit", "far", "change");

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

    /**
     * Gates of releases that did not change.
     *
     * @param earlier how many runs there were before
     * @param limits on the change
     * @param watching how they are watched
     */
    record Setting(int earlier, Limits limits, Watching watching) {}

    /**
     * Gates of releases that did.
     *
     * @param earlier how many runs there were before
     * @param seconds how long each of them was
     * @param change what changed
     */
    record Search(int earlier, int seconds, Change change) {}

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
     * {@code same}, {@code hard}, {@code limit}, {@code far} and {@code change}.
     */
    public static void main(String[] arguments) {
        int gates = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000;
        List<String> parts = arguments.length > 1 ? List.of(arguments).subList(1, arguments.length) : PARTS;
        if (gates < 1 || !PARTS.containsAll(parts)) {
            throw new IllegalArgumentException(
                    "gate-calibration [GATES] [same|hard|limit|far|change]…, not " + String.join(" ", arguments));
        }
        System.out.printf(
                "%,d gates each; seconds correlated by 0.6; runs of the same code differ by %.0f %%; gates of %d s%n",
                gates, 100 * SPREAD, PLANNED);
        if (parts.contains("same")) {
            printSame(gates, Limits.USUAL);
        }
        if (parts.contains("hard")) {
            printSame(gates, Limits.NO_GROWTH);
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

    private static void printSame(int gates, Limits limits) {
        List<Setting> settings = new ArrayList<>();
        for (int earlier : new int[] {5, MANY}) {
            for (Watching watching : Watching.values()) {
                settings.add(new Setting(earlier, limits, watching));
            }
        }
        List<Shares> found = sameCode(gates, settings);
        for (int i = 0; i < settings.size(); i++) {
            Setting one = settings.get(i);
            if (one.watching() == Watching.ONCE) {
                System.out.printf(
                        "%nThe same code again, %d earlier runs: %s%n",
                        one.earlier(), String.join(", ", one.limits().checks));
            }
            print(one.watching().name(), found.get(i));
        }
    }

    private static void printChanges(int gates) {
        List<Search> searches = new ArrayList<>();
        for (int[] earlier : new int[][] {{5, PLANNED}, {10, PLANNED}, {MANY, PLANNED}, {MANY, 2 * PLANNED}}) {
            for (Change change : Change.values()) {
                searches.add(new Search(earlier[0], earlier[1], change));
            }
        }
        List<Found> found = planned(gates, searches);
        for (int i = 0; i < searches.size(); i++) {
            Search one = searches.get(i);
            if (one.change() == Change.MEAN) {
                System.out.printf(
                        "%nA change of mean +10%%, p99 +20%%, throughput -5%%, %d earlier runs of %d s, played for as long as"
                                + " the plan gave%n",
                        one.earlier(), one.seconds());
            }
            print(one.change().name(), found.get(i));
        }
    }

    private static void print(String name, Object figures) {
        System.out.printf("  %-10s %s%n", name, figures);
    }

    /** Releases that did not change; each is played in all settings. */
    static List<Shares> sameCode(int gates, List<Setting> settings) {
        List<List<One>> ones = all(gates, 1, random -> {
            List<RunResults> earlier = earlier(PLANNED, random);
            long now = random.nextLong();
            List<One> played = new ArrayList<>();
            for (Setting one : settings) {
                Scenario scenario = one.limits().scenario(one.watching());
                played.add(gate(scenario, SAME, baseline(scenario, earlier, one.earlier()), new SplittableRandom(now)));
            }
            return played;
        });
        return IntStream.range(0, settings.size())
                .mapToObj(i ->
                        Shares.of(ones.stream().map(played -> played.get(i)).toList()))
                .toList();
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

    /** Gates that last as long as their plan says; each is looked for in all searches. */
    static List<Found> planned(int gates, List<Search> searches) {
        List<List<Optional<One>>> ones = all(gates, 4, random -> {
            Map<Integer, List<RunResults>> earlier = new HashMap<>();
            long now = random.nextLong();
            return searches.stream()
                    .map(one -> planned(
                            one,
                            earlier.computeIfAbsent(one.seconds(), seconds -> earlier(seconds, random)),
                            new SplittableRandom(now)))
                    .toList();
        });
        return IntStream.range(0, searches.size())
                .mapToObj(
                        i -> Found.of(ones.stream().map(played -> played.get(i)).toList()))
                .toList();
    }

    private static Optional<One> planned(Search search, List<RunResults> earlier, SplittableRandom random) {
        Change change = search.change();
        String check = comparing(List.of(change.check));
        Scenario before = scenario(search.seconds(), Watching.ONCE, check);
        EarlierRuns baseline = baseline(before, earlier, search.earlier());
        return GatePlan.of(before, baseline, List.of(change.beyond))
                .lengths()
                .getFirst()
                .seconds()
                .map(length -> gate(
                        scenario((int) Math.ceil(length), Watching.ONCE, check), change.release, baseline, random));
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

    private static List<RunResults> earlier(int seconds, SplittableRandom random) {
        List<RunResults> runs = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            runs.add(new SimulatedRuns.Run("earlier-" + i, SAME, seconds, random)
                    .play(seconds)
                    .results());
        }
        return runs;
    }

    private static EarlierRuns baseline(Scenario scenario, List<RunResults> earlier, int count) {
        Gate gate = scenario.gate().orElseThrow();
        Gate.Baseline baseline = gate.baseline().orElseThrow();
        return EarlierRuns.of(earlier.subList(0, count), baseline.runs(), baseline.checks(), gate.confidence());
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
