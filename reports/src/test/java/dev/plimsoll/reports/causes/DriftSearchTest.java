package dev.plimsoll.reports.causes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Soak runs of two hours, a sample a second. */
class DriftSearchTest {
    private static final int SECONDS = 7200;

    /** What a GPU and its clients show at an instant, each from 0 to 1 of the way from cold to warm. */
    private interface Course {
        Map<String, Double> at(double warm);
    }

    /** The published case: 58 → 83 °C, 298 → 260 W, 1,890 → 1,650 MHz in 120 min at the same load. */
    private static Map<String, Double> published(double warm) {
        return Map.of(
                "gpu.clock.sm", 1890 - 240 * warm,
                "gpu.temperature", 58 + 25 * warm,
                "gpu.power", 298 - 38 * warm,
                "gpu.throttled", 40 * warm,
                "tokens", 2400 - 290 * warm);
    }

    @Test
    void thePublishedCaseIsThermalDrift() {
        List<RunEvent> drifts = drifts(DriftSearchTest::published, 1, 10);
        assertEquals(1, drifts.size(), drifts::toString);
        RunEvent drift = drifts.getFirst();
        assertEquals("thermal", drift.detail().get("kind"));
        assertEquals("gpu-0", drift.detail().get("node"));
        /* The last 10 min of 120, of which the grid lacks the first 3 s: the mean of a part, not its end. */
        assertEquals(SECONDS - 600, drift.t(), 5);
        Map<?, ?> figures = (Map<?, ?>) drift.detail().get("figures");
        assertEquals(-0.127, (Double) figures.get("gpu.clock.sm.change"), 0.01);
        assertEquals(1890, (Double) figures.get("gpu.clock.sm.first"), 15);
        assertEquals(1650, (Double) figures.get("gpu.clock.sm.last"), 5);
        assertEquals(83, (Double) figures.get("gpu.temperature.last"), 1);
        assertEquals(260, (Double) figures.get("gpu.power.last"), 2);
        assertTrue(drift.sentence().startsWith("thermal drift of gpu-0"), drift.sentence());
        assertTrue(drift.sentence().contains("output_throughput"), drift.sentence());
    }

    @Test
    void fewerTokensAtEqualClocksAreNotThermal() {
        List<RunEvent> drifts = drifts(
                warm -> Map.of(
                        "gpu.clock.sm", 1890.0,
                        "gpu.temperature", 58 + 25 * warm,
                        "gpu.power", 298.0,
                        "gpu.throttled", 0.0,
                        "tokens", 2400 - 290 * warm),
                2,
                10);
        assertEquals(1, drifts.size(), drifts::toString);
        assertEquals("throughput", drifts.getFirst().detail().get("kind"));
        assertTrue(drifts.getFirst().sentence().contains("gpu.clock.sm of gpu-0 was the same"));
    }

    @Test
    void aClockHeldDownByThePowerLimitIsNotThermal() {
        List<RunEvent> drifts = drifts(
                warm -> Map.of(
                        "gpu.clock.sm", 1890 - 120 * warm,
                        "gpu.temperature", 70.0,
                        "gpu.throttled", 0.0,
                        "gpu.throttled.power_cap", 5 + 80 * warm,
                        "tokens", 2400.0),
                3,
                10);
        assertEquals("power", drifts.getFirst().detail().get("kind"));
    }

    @Test
    void aSteadySoakHasNoDrift() {
        for (int seed = 0; seed < 5; seed++) {
            List<RunEvent> drifts = drifts(
                    warm -> Map.of(
                            "gpu.clock.sm", 1890.0,
                            "gpu.temperature", 74.0,
                            "gpu.power", 298.0,
                            "tokens", 2400.0),
                    seed,
                    10);
            assertEquals(List.of(), drifts);
        }
    }

    @Test
    void partsOfUnequalLoadAreNotCompared() {
        assertEquals(List.of(), drifts(DriftSearchTest::published, 4, 7));
    }

    @Test
    void theGpuWhoseClockFellFurthestIsNamed() {
        List<RunEvent> drifts = drifts(
                warm -> {
                    Map<String, Double> readings = new HashMap<>(published(warm));
                    readings.put("gpu.0.clock.sm", 1890.0);
                    readings.put("gpu.0.temperature", 62.0);
                    readings.put("gpu.3.clock.sm", 1890 - 240 * warm);
                    readings.put("gpu.3.temperature", 58 + 25 * warm);
                    return readings;
                },
                5,
                10);
        assertTrue(
                drifts.getFirst().sentence().startsWith("thermal drift of gpu-0 GPU 3:"),
                () -> drifts.getFirst().sentence());
    }

    /** Cold for the first 12 minutes, warm from the 105th on, and smooth in between. */
    private static double warmth(int second) {
        double way = Math.max(0, Math.min(1, (second - 720) / 5580.0));
        return way * way * (3 - 2 * way);
    }

    /** The drifts of such a run; in its second half so many requests come each second, in its first 10. */
    private static List<RunEvent> drifts(Course course, long seed, int requestsLater) {
        Random random = new Random(seed);
        PhaseWindow window = TestingLoad.steady("steady", SECONDS);
        RunResults results = new RunResults("run", List.of(window));
        results.legStarts(0, 0);
        RunSeries series = new RunSeries();
        double wander = 0;
        for (int second = 0; second < SECONDS; second++) {
            Map<String, Double> now = new HashMap<>(course.at(warmth(second)));
            /* Noise that lasts: correlation 0.95 from second to second, deviation 1 %. */
            wander = 0.95 * wander + Math.sqrt(1 - 0.95 * 0.95) * random.nextGaussian();
            double tokens = now.remove("tokens") * (1 + 0.01 * wander);
            int count = second < SECONDS / 2 ? 10 : requestsLater;
            Moment.Sum latency = new Moment.Sum(count * (800 + 20 * random.nextGaussian()), count);
            series.add(
                    window,
                    new Moment(
                            second,
                            1,
                            Map.of("latency", latency),
                            Optional.empty(),
                            count,
                            count,
                            count,
                            0,
                            Math.round(tokens)));
            Map<String, Reading> readings = new HashMap<>();
            now.forEach((name, value) -> readings.put(name, Reading.of(value * (1 + 0.002 * random.nextGaussian()))));
            results.add(new NodeSample("gpu-0", "nvidia-smi", "agent", 0, readings), second + 0.5);
        }
        return Causes.of(results, series).stream()
                .filter(event -> event.type().equals("drift"))
                .toList();
    }
}
