package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ExpressionsTest {
    private static final String GATE = Scenarios.MINIMAL
            + "nodes: [ { name: gpu-0, probes: [ { type: vllm, url: 'http://h/' }, { type: exec, command: [ x ] } ] } ]\n";

    private static Threshold threshold(String expression) throws ScenarioException {
        return gate("gate: { thresholds: [ '" + expression + "' ] }\n")
                .thresholds()
                .getFirst();
    }

    private static BaselineCheck check(String expression) throws ScenarioException {
        return gate("gate: { baseline: { checks: [ '" + expression + "' ] } }\n")
                .baseline()
                .orElseThrow()
                .checks()
                .getFirst();
    }

    private static Gate gate(String yaml) throws ScenarioException {
        return Scenarios.read(GATE + yaml).scenario().gate().orElseThrow();
    }

    @Test
    void aThresholdHasAllItsParts() throws ScenarioException {
        assertEquals(
                new Threshold(
                        "ttft.p99.9 on chat in steady <= 1s",
                        Metrics.TTFT,
                        Optional.of(Statistic.percentile(99.9)),
                        Optional.of("chat"),
                        Optional.of("steady"),
                        Operator.LESS_OR_EQUAL,
                        1000),
                threshold("ttft.p99.9 on chat in steady <= 1s"));
    }

    @Test
    void blanksAroundTheOperatorDoNotMatter() throws ScenarioException {
        assertEquals(500, threshold("ttft.p99<500ms").limit());
        assertEquals(500, threshold("ttft.p99  <  500 ms").limit());
    }

    @Test
    void theLongestMetricNameIsMeant() throws ScenarioException {
        Threshold threshold = threshold("cpu.core.max.max < 90%");
        assertEquals("cpu.core.max", threshold.metric().name());
        assertEquals(Optional.of(Statistic.MAX), threshold.statistic());
    }

    @Test
    void aNameWithBlanksStandsInQuotes() throws ScenarioException {
        Scenario scenario = Scenarios.read(
                        Scenarios.MINIMAL + "gate: { thresholds: [ 'latency.p99 on \"long chat\" < 5s' ] }\n",
                        "workload[0].name=long chat")
                .scenario();
        assertEquals(
                Optional.of("long chat"),
                scenario.gate().orElseThrow().thresholds().getFirst().on());
    }

    @Test
    void commandsBringMetricsOfAnyName() throws ScenarioException {
        assertEquals(
                Metrics.custom("queue.depth"), threshold("queue.depth.max < 12").metric());
    }

    @Test
    void eachGpuHasMetricsOfItsOwn() throws ScenarioException {
        Threshold threshold = threshold("gpu.3.temperature.max < 83C");
        assertEquals("gpu.3.temperature", threshold.metric().name());
        assertEquals(Optional.of(Statistic.MAX), threshold.statistic());
        assertEquals(1e9, threshold("gpu.0_7.memory.used.mean < 1GB").limit());
        assertThrows(
                ScenarioException.class,
                () -> Scenarios.read(Scenarios.MINIMAL
                        + "nodes: [ { name: n, probes: [ { type: local } ] } ]\n"
                        + "gate: { thresholds: [ 'gpu.3.fan.max < 1' ] }\n"));
    }

    @Test
    void aChangeIsRelativeAbsoluteOrBoth() throws ScenarioException {
        BaselineCheck both = check("latency.p99 <= +10% and +5ms");
        assertEquals(OptionalDouble.of(0.1), both.relative());
        assertEquals(OptionalDouble.of(5), both.absolute());
        assertEquals(both.relative(), check("latency.p99 <= +5ms and +10%").relative());
        assertEquals(OptionalDouble.empty(), check("latency.p99 <= +5ms").relative());
        assertEquals(OptionalDouble.of(-0.05), check("output_throughput >= -5%").relative());
        assertEquals(OptionalDouble.of(-2), check("output_throughput >= -2/s").absolute());
        // Percentage points: of a ratio 2pp are 0.02, of a percentage 2.
        assertEquals(OptionalDouble.of(0.02), check("errors.ratio <= +2pp").absolute());
        assertEquals(OptionalDouble.of(2), check("cpu.utilization.mean <= +2pp").absolute());
    }

    @Provide
    Arbitrary<Metric> metrics() {
        return Arbitraries.of(Metrics.all());
    }

    @Provide
    Arbitrary<Statistic> statistics() {
        return Arbitraries.of(
                Statistic.MEAN,
                Statistic.MIN,
                Statistic.MAX,
                Statistic.STDDEV,
                Statistic.percentile(50),
                Statistic.percentile(99),
                Statistic.percentile(99.99));
    }

    @Property(seed = "5", tries = 300)
    void thresholdsRoundTrip(
            @ForAll("metrics") Metric metric,
            @ForAll("statistics") Statistic statistic,
            @ForAll Operator operator,
            @ForAll boolean on,
            @ForAll boolean in,
            @ForAll @IntRange(max = 1000) int thousandths)
            throws ScenarioException {
        double limit = thousandths / 1000.0;
        boolean scoped = on && !MetricNames.isOfGenerator(metric);
        String name = metric.kind() == Metric.Kind.NODE ? "gpu-0" : "chat";
        String expression = metric.name()
                + (metric.hasStatistics() ? "." + statistic : "")
                + (scoped ? " on " + name : "")
                + (in ? " in steady " : " ")
                + operator.symbol()
                + " "
                + Quantities.format(limit, metric.unit());
        Threshold threshold = threshold(expression);
        assertEquals(expression, threshold.expression());
        assertEquals(metric, threshold.metric());
        assertEquals(metric.hasStatistics() ? Optional.of(statistic) : Optional.empty(), threshold.statistic());
        assertEquals(operator, threshold.operator());
        assertEquals(scoped ? Optional.of(name) : Optional.empty(), threshold.on());
        assertEquals(in ? Optional.of("steady") : Optional.empty(), threshold.phase());
        assertEquals(limit, threshold.limit(), 1e-9);
    }

    @Property(seed = "6", tries = 500)
    void noTextCrashesTheParser(@ForAll String text) {
        Problems problems = new Problems("x");
        MetricNames names = new MetricNames(Optional.of(Api.OPENAI_CHAT), true, List.of(), false);
        Expressions expressions =
                new Expressions(names, List.of("chat"), List.of(), List.of("steady"), List.of(), problems);
        Field field = new Field(
                new YamlNode.Scalar("latency.p99 " + text, true, new Place("x", 1, 1), 0), "gate.thresholds[0]");
        boolean present = expressions.threshold(field).isPresent();
        assertTrue(present == (problems.count() == 0));
    }
}
