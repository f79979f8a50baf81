package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Operator;
import dev.plimsoll.scenarios.Threshold;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;

/** Gates, and runs to judge by them. */
final class TestingGates {
    private static final int PER_SECOND = 20;

    private TestingGates() {}

    /** A threshold written {@code METRIC[.STATISTIC] [on NAME] [in PHASE] OPERATOR LIMIT}, with the limit in the metric's unit. */
    static Threshold threshold(String text) {
        String[] words = text.split(" ");
        Optional<String> on = Optional.empty();
        Optional<String> phase = Optional.empty();
        for (int i = 1; i < words.length - 2; i += 2) {
            if (words[i].equals("on")) {
                on = Optional.of(words[i + 1]);
            } else {
                phase = Optional.of(words[i + 1]);
            }
        }
        Optional<Metric> whole = Metrics.find(words[0]);
        int dot = statisticDot(words[0]);
        Metric metric = whole.orElseGet(() ->
                Metrics.find(words[0].substring(0, dot)).orElseGet(() -> Metrics.custom(words[0].substring(0, dot))));
        Optional<Statistic> statistic =
                whole.isPresent() ? Optional.empty() : Statistic.parse(words[0].substring(dot + 1));
        return new Threshold(
                text,
                metric,
                statistic,
                on,
                phase,
                Operator.parse(words[words.length - 2]).orElseThrow(),
                Double.parseDouble(words[words.length - 1]));
    }

    private static int statisticDot(String name) {
        int last = name.lastIndexOf('.');
        int before = name.lastIndexOf('.', last - 1);
        return Statistic.parse(name.substring(last + 1)).isPresent() ? last : before;
    }

    static Gate gate(String... thresholds) {
        return gate(Gate.OnUndecided.INCONCLUSIVE, Optional.empty(), thresholds);
    }

    static Gate gate(Gate.OnUndecided onUndecided, Optional<Gate.Baseline> baseline, String... thresholds) {
        return new Gate(
                thresholds.length == 0 && baseline.isEmpty()
                        ? Optional.of(new Gate.Smoke(Duration.ofSeconds(60), 1))
                        : Optional.empty(),
                List.of(thresholds).stream().map(TestingGates::threshold).toList(),
                0.95,
                onUndecided,
                true,
                Optional.empty(),
                baseline,
                List.of(),
                List.of(),
                List.of());
    }

    static Gate comparing(boolean required, BaselineCheck... checks) {
        return gate(
                Gate.OnUndecided.INCONCLUSIVE,
                Optional.of(new Gate.Baseline(Optional.empty(), 5, required, Set.of(), List.of(checks))));
    }

    /** A comparison of {@code METRIC.STATISTIC <=}, with limits that are absent when NaN. */
    static BaselineCheck grows(String name, double relative, double absolute) {
        Threshold subject = threshold(name + " <= 0");
        return new BaselineCheck(
                name + " <= " + relative + " and " + absolute,
                subject.metric(),
                subject.statistic(),
                Optional.empty(),
                Optional.empty(),
                Operator.LESS_OR_EQUAL,
                Double.isNaN(relative) ? OptionalDouble.empty() : OptionalDouble.of(relative),
                Double.isNaN(absolute) ? OptionalDouble.empty() : OptionalDouble.of(absolute));
    }

    /** What one second of load gives. */
    @FunctionalInterface
    interface Latencies {
        double[] of(int second);
    }

    /** A run of one steady phase whose every second has these latencies. */
    static RunResults run(String name, int seconds, Latencies latencies) {
        RunResults results = new RunResults(name, List.of(TestingLoad.steady("steady", seconds)));
        results.legStarts(0, 0);
        for (int second = 0; second < seconds; second++) {
            results.add(TestingLoad.second(second, TestingLoad.succeeded("steady", "chat", latencies.of(second))));
        }
        return results;
    }

    /** A minute of 20 requests a second, of which these failed in the first second. */
    static RunResults failing(Map<ErrorClass, Long> errors, Latencies latencies) {
        RunResults results = new RunResults("run", List.of(TestingLoad.steady("steady", 60)));
        results.legStarts(0, 0);
        for (int second = 0; second < 60; second++) {
            results.add(TestingLoad.second(
                    second,
                    TestingLoad.requests("steady", "chat", latencies.of(second), second == 0 ? errors : Map.of())));
        }
        return results;
    }

    /** 20 latencies a second, normal with a deviation of 10 ms. */
    static Latencies normal(double mean, long seed) {
        Random random = new Random(seed);
        return second -> random.doubles(PER_SECOND)
                .map(v -> mean + 10 * random.nextGaussian())
                .toArray();
    }

    /** The same latency, so many times a second. */
    static Latencies constant(double millis, int perSecond) {
        double[] values = new double[perSecond];
        Arrays.fill(values, millis);
        return second -> values;
    }

    static Verdict judge(Gate gate, RunResults results, RunResults... baseline) {
        return new Judge(gate).judge(new Evidence(results, Optional.empty(), List.of(baseline), "", List.of()));
    }

    static Verdict interrupted(Gate gate, RunResults results) {
        return new Judge(gate)
                .judge(new Evidence(
                        results, Optional.empty(), List.of(), "", List.of("the run was interrupted by SIGTERM")));
    }
}
