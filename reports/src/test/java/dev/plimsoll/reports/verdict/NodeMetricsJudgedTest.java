package dev.plimsoll.reports.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.Verdict.CheckOutcome;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every metric that a probe can give is judged, in its own unit, and lacking it is never a pass. */
class NodeMetricsJudgedTest {
    private static final int SECONDS = 60;

    static Stream<String> metrics() {
        return Stream.concat(
                Metrics.all().stream()
                        .filter(metric -> metric.kind() == Metric.Kind.NODE)
                        .map(Metric::name)
                        .filter(name -> !name.equals(RunResults.IN_FLIGHT)),
                Stream.of("gpu.3.temperature", "gpu.0_7.memory.used", "my.queue"));
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void itIsHeldAgainstItsLimit(String metric) {
        /* Samples are 0.4 and 0.6 in turn: mean 0.5, max 0.6. */
        RunResults results = TestingGates.run("run", SECONDS, TestingGates.constant(100, 5));
        for (int second = 0; second < SECONDS; second++) {
            give(results, metric, second, Reading.of(second % 2 == 0 ? 0.4 : 0.6));
        }
        assertEquals(CheckOutcome.PASS, outcome(results, metric + ".mean < 0.7"));
        assertEquals(CheckOutcome.FAIL, outcome(results, metric + ".mean < 0.3"));
        assertEquals(CheckOutcome.PASS, outcome(results, metric + ".max <= 0.6"));
        assertEquals(CheckOutcome.FAIL, outcome(results, metric + ".max < 0.6"));
        assertEquals(CheckOutcome.NO_DATA, outcome(results, metric + ".max on other < 0.7"));
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void whatIsNotAvailableIsNoPass(String metric) {
        RunResults results = TestingGates.run("run", SECONDS, TestingGates.constant(100, 5));
        for (int second = 0; second < SECONDS; second++) {
            give(results, metric, second, Reading.notAvailable("this source has only sums"));
        }
        assertEquals(CheckOutcome.NO_DATA, outcome(results, metric + ".max < 0.7"));
    }

    private static void give(RunResults results, String metric, int second, Reading reading) {
        results.add(new NodeSample("node", "test", "agent", 0, Map.of(metric, reading)), second + 0.5);
    }

    private static CheckOutcome outcome(RunResults results, String threshold) {
        return TestingGates.judge(TestingGates.gate(threshold), results)
                .checks()
                .getFirst()
                .outcome();
    }
}
