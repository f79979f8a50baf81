package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static dev.plimsoll.agent.probes.PageServer.problem;
import static dev.plimsoll.agent.probes.PageServer.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.probes.JstatProcess.Row;
import dev.plimsoll.measurements.Reading;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JstatProbeTest {
    private static final Duration FAST = Duration.ofMillis(100);
    private static final List<String> JAVA_8 =
            List.of(("Timestamp S0C S1C S0U S1U EC EU OC OU MC MU CCSC CCSU" + " YGC YGCT FGC FGCT GCT").split(" "));
    private static final List<String> JAVA_17 = List.of(
            ("Timestamp S0C S1C S0U S1U EC EU OC OU MC MU CCSC CCSU" + " YGC YGCT FGC FGCT CGC CGCT GCT").split(" "));

    @TempDir
    static Path classes;

    private final Workers workers = new Workers();

    @AfterEach
    void stop() {
        workers.close();
    }

    private static Row row(List<String> header, String line, long seconds) {
        Row row = Row.parse(header, line, TimeUnit.SECONDS.toNanos(seconds));
        if (row == null) {
            throw new AssertionError("no row: " + line);
        }
        return row;
    }

    private static Map<String, Reading> between(Row earlier, Row later) {
        return JstatProbe.readings(later, JstatProbe.totals(later), JstatProbe.totals(earlier));
    }

    @Test
    void aCollectorThatIsMissingIsNotZero() {
        // Serial, of Java 17: no concurrent collector.
        Row earlier = row(
                JAVA_17,
                "1.4 2176.0 2176.0 0.0 2171.4 17472.0 6413.1 43712.0 35134.3 320.0 87.6 128.0 3.8 24 0.077 11 0.072"
                        + " - - 0.149",
                1);
        Row later = row(
                JAVA_17,
                "2.4 2176.0 2176.0 0.0 0.0 17472.0 1.0 43712.0 20022.0 320.0 87.6 128.0 3.8 43 0.112 21 0.151 - - 0.263",
                2);
        Map<String, Reading> readings = between(earlier, later);
        // 35 ms and 79 ms, 19 and 10 pauses, in 1 s.
        assertEquals(11.4, value(readings, "gc.time"), 1e-9);
        assertEquals(29, value(readings, "gc.count"), 1e-9);
        assertEquals((1.0 + 20_022.0) * 1024, value(readings, "jvm.heap.used"), 1e-6);
        assertEquals((2_176.0 + 2_176 + 17_472 + 43_712) * 1024, value(readings, "jvm.heap.committed"), 1e-6);
        assertFalse(later.values().containsKey("CGC"));
    }

    @Test
    void java8HasNoColumnsOfConcurrentCollections() {
        Row earlier = row(
                JAVA_8, "1.0 100.0 100.0 0.0 50.0 800.0 300.0 2000.0 900.0 0.0 0.0 0.0 0.0 3 0.030 0 0.000 0.030", 1);
        Row later = row(
                JAVA_8, "2.0 100.0 100.0 0.0 60.0 800.0 400.0 2000.0 900.0 0.0 0.0 0.0 0.0 4 0.045 1 0.100 0.145", 2);
        Map<String, Reading> readings = between(earlier, later);
        assertEquals(11.5, value(readings, "gc.time"), 1e-9);
        assertEquals(2, value(readings, "gc.count"), 1e-9);
    }

    @Test
    void aHeapWithoutGenerationsIsInOneColumn() {
        // Z, of Java 17.
        Row earlier = row(JAVA_17, "1.5 - - - - - - 65536.0 26624.0 320.0 88.0 128.0 4.3 - - - - 33 0.000 0.000", 1);
        Row later = row(JAVA_17, "2.5 - - - - - - 65536.0 24576.0 320.0 88.0 128.0 4.3 - - - - 66 0.001 0.001", 2);
        Map<String, Reading> readings = between(earlier, later);
        assertEquals(24_576.0 * 1024, value(readings, "jvm.heap.used"), 1e-6);
        assertEquals(0.1, value(readings, "gc.time"), 1e-9);
        assertEquals(33, value(readings, "gc.count"), 1e-9);
    }

    @Test
    void theLongestPauseIsNotGuessedFromSums() {
        Row one = row(JAVA_17, "1.5 - - - - - - 65536.0 26624.0 320.0 88.0 128.0 4.3 - - - - 33 0.000 0.000", 1);
        assertInstanceOf(Reading.NotAvailable.class, between(one, one).get("gc.pause"));
    }

    @Test
    void whatIsNoRowIsPassedOver() {
        assertNull(Row.parse(JAVA_17, "Picked up JAVA_TOOL_OPTIONS: -Xmx1g", 1));
        assertNull(Row.parse(List.of("YGC", "GCT"), "3 0.1 9", 1));
        assertNull(Row.parse(List.of("YGC", "GCT"), "x y", 1));
        // A locale with decimal commas.
        assertEquals(0.25, row(List.of("YGC", "GCT"), "3 0,25", 1).value("GCT").orElseThrow());
    }

    static Stream<Arguments> collectors() {
        List<Arguments> cases = new ArrayList<>();
        List<Path> homes = new ArrayList<>(List.of(TestJvm.CURRENT));
        TestJvm.jdk17().ifPresent(homes::add);
        for (Path home : homes) {
            for (String collector : List.of("Serial", "Parallel", "G1", "Z", "Shenandoah")) {
                cases.add(Arguments.of(home, collector));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{1} of {0}")
    @MethodSource("collectors")
    void everyCollectorOfARealJvmIsRead(Path home, String collector) throws Exception {
        try (TestJvm jvm = TestJvm.allocating(home, TestJvm.compiled(classes), "-XX:+Use" + collector + "GC")) {
            JstatProbe probe = new JstatProbe(jvm.locator(), FAST, workers);
            try {
                Map<String, Reading> readings = until(probe, "gc.count", 0);
                assertTrue(value(readings, "gc.time") >= 0 && value(readings, "gc.time") <= 100, readings.toString());
                double used = value(readings, "jvm.heap.used");
                double committed = value(readings, "jvm.heap.committed");
                assertTrue(used > 0 && used <= committed, readings.toString());
                assertTrue(committed <= 48 * 1024 * 1024, readings.toString());
                assertInstanceOf(Reading.NotAvailable.class, readings.get("gc.pause"));
            } finally {
                await(probe.close());
            }
        }
    }

    /** Samples until the metric is above that. */
    private static Map<String, Reading> until(Probe probe, String metric, double above) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        Map<String, Reading> readings = Map.of();
        while (System.nanoTime() < end) {
            readings = await(probe.sample());
            Reading reading = readings.get(metric);
            if (reading != null && reading.asDouble().orElse(above) > above) {
                return readings;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        throw new AssertionError(metric + " did not come above " + above + ": " + readings);
    }

    @Test
    void theEndOfTheJvmIsAFailureAndNotTheEndOfTheProbe() throws Exception {
        JstatProbe probe;
        try (TestJvm jvm = TestJvm.allocating(TestJvm.CURRENT, TestJvm.compiled(classes), "-XX:+UseSerialGC")) {
            probe = new JstatProbe(jvm.locator(), FAST, workers);
            until(probe, "jvm.heap.used", 0);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        Optional<String> problem = Optional.empty();
        while (problem.isEmpty() && System.nanoTime() < end) {
            problem = problem(probe);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        assertTrue(problem.orElse("").startsWith("there is no process "), problem.toString());
        assertTrue(problem(probe).isPresent());
        await(probe.close());
    }

    @Test
    void aProcessThatIsNoJvmIsLeftAlone() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "30").start();
        try {
            JstatProbe probe = new JstatProbe(TestJvm.locator(sleeper.pid()), FAST, workers);
            assertEquals(Optional.of("process " + sleeper.pid() + " is no JVM"), problem(probe));
            assertTrue(sleeper.isAlive());
            await(probe.close());
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void aJvmThatHidesItsCountersSaysSo() throws Exception {
        try (TestJvm jvm = TestJvm.allocating(
                TestJvm.CURRENT, TestJvm.compiled(classes), "-XX:+UseSerialGC", "-XX:-UsePerfData")) {
            JstatProbe probe = new JstatProbe(jvm.locator(), FAST, workers);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            Optional<String> problem = Optional.empty();
            while (problem.isEmpty() && System.nanoTime() < end) {
                problem = problem(probe);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            assertTrue(problem.orElse("").contains("-XX:-UsePerfData"), problem.toString());
            await(probe.close());
        }
    }

    @Test
    void afterItsEndAProbeStartsNothing() throws Exception {
        JstatProbe probe =
                new JstatProbe(TestJvm.locator(ProcessHandle.current().pid()), FAST, workers);
        await(probe.close());
        assertThrows(ExecutionException.class, () -> await(probe.sample()));
    }
}
