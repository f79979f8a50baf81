package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.problem;
import static dev.plimsoll.agent.probes.PageServer.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JfrProbeTest {
    /** How much later than its pause a line of the log may be stamped on a busy machine, in milliseconds. */
    private static final int LATE = 300;

    /** By how much the clocks of log and recording may differ, in milliseconds. */
    private static final int EARLY = 20;

    @TempDir
    static Path classes;

    private final Workers workers = new Workers();

    @AfterEach
    void stop() {
        workers.close();
    }

    /** The answer. To attach and to start a recording takes about a second of two JVMs' work, and a busy machine longer. */
    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(2, TimeUnit.MINUTES);
    }

    private JfrProbe probe(TestJvm jvm) {
        return new JfrProbe(jvm.locator(), workers, InstantSource.system());
    }

    /** A JVM under watch. */
    private static final class Watched implements AutoCloseable {
        private final String name;
        private final TestJvm jvm;
        private final JfrProbe probe;
        private final Path log;
        private final List<Told> told = new ArrayList<>();
        private boolean paused;

        Watched(Path home, String collector, Path directory, Workers workers) throws Exception {
            name = collector + " of " + home;
            log = directory.resolve(name.replace('/', '_') + ".log");
            jvm = TestJvm.allocating(
                    home,
                    TestJvm.compiled(classes),
                    "-XX:+Use" + collector + "GC",
                    "-Xlog:gc*:file=" + log + ":time,tags");
            probe = new JfrProbe(jvm.locator(), workers, InstantSource.system());
        }

        boolean isDone() {
            return paused && told.size() >= 3;
        }

        /** Notes a sample that has news. */
        void ask(Future<Map<String, Reading>> answer) throws Exception {
            Map<String, Reading> readings = await(answer);
            // Without an instant there was nothing new.
            if (probe.instant().isPresent()) {
                told.add(new Told(probe.instant().orElseThrow(), readings));
                paused |= readings.containsKey("gc.count") && value(readings, "gc.count") > 0;
            }
        }

        @Override
        public void close() throws Exception {
            await(probe.close());
            jvm.close();
        }
    }

    /** What a JVM's own log says of a pause: when it ended, and how long it was. */
    private record Logged(Instant end, double millis) {
        private static final Pattern LINE =
                Pattern.compile("\\[(\\S+)\\]\\[gc[^]]*\\].* Pause .*? ([0-9]+[.][0-9]+)ms.*");

        static List<Logged> read(Path log) throws Exception {
            List<Logged> pauses = new ArrayList<>();
            for (String line : Files.readAllLines(log)) {
                Matcher pause = LINE.matcher(line);
                if (pause.matches()) {
                    String time = pause.group(1).replaceFirst("([+-]\\d\\d)(\\d\\d)$", "$1:$2");
                    pauses.add(new Logged(
                            java.time.OffsetDateTime.parse(time).toInstant(), Double.parseDouble(pause.group(2))));
                }
            }
            return pauses;
        }
    }

    /** What the probe said of a stretch of time. */
    private record Told(Instant until, Map<String, Reading> readings) {}

    @Test
    void thePausesAreThoseOfTheJvmsOwnLog(@TempDir Path directory) throws Exception {
        List<Watched> all = new ArrayList<>();
        try {
            for (String collector : List.of("Serial", "Parallel", "G1", "Z", "Shenandoah")) {
                all.add(new Watched(TestJvm.CURRENT, collector, directory, workers));
            }
            Optional<Path> older = TestJvm.jdk17();
            if (older.isPresent()) {
                all.add(new Watched(older.get(), "G1", directory, workers));
                all.add(new Watched(older.get(), "Z", directory, workers));
            }
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
            while (System.nanoTime() < end && !all.stream().allMatch(Watched::isDone)) {
                for (Watched watched : all) {
                    watched.ask(watched.probe.sample());
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            for (Watched watched : all) {
                watched.jvm.collect();
                watched.ask(watched.probe.lastSample());
            }
        } finally {
            for (Watched watched : all) {
                watched.close();
            }
        }
        for (Watched watched : all) {
            compare(watched.name, watched.told, Logged.read(watched.log));
        }
    }

    private static void compare(String name, List<Told> told, List<Logged> logged) {
        assertTrue(told.size() >= 3, name + told);
        assertTrue(logged.size() > 1, name + logged);
        Instant from = told.getFirst().until();
        double counted = 0;
        for (Told one : told.subList(1, told.size())) {
            double pause = value(one.readings(), "gc.pause");
            double least = longest(logged, from.plusMillis(LATE), one.until().minusMillis(EARLY));
            double most = longest(logged, from.minusMillis(EARLY), one.until().plusMillis(LATE));
            assertTrue(
                    pause >= least - 20 - least / 4 && pause <= most + 20 + most / 4,
                    () -> name + ": " + pause + " ms, but " + least + " to " + most + " logged, until " + one.until());
            Duration stretch = Duration.between(from, one.until());
            counted += value(one.readings(), "gc.count") * stretch.toNanos() / 1e9;
            from = one.until();
        }
        long least = count(logged, told.getFirst().until().plusMillis(LATE), from.minusMillis(EARLY));
        long most = count(logged, told.getFirst().until().minusMillis(EARLY), from.plusMillis(LATE));
        assertTrue(
                counted >= least - 1e-6 && counted <= most + 1e-6,
                name + ": " + counted + ", but " + least + " to " + most);
        Map<String, Reading> last = told.getLast().readings();
        // The collection that was asked for at the end is in the last sample.
        assertTrue(value(last, "gc.count") > 0, name + last);
        assertTrue(value(last, "jvm.heap.used") <= value(last, "jvm.heap.committed"), name + last);
    }

    private static long count(List<Logged> logged, Instant from, Instant until) {
        return logged.stream()
                .filter(pause -> pause.end().isAfter(from) && !pause.end().isAfter(until))
                .count();
    }

    private static double longest(List<Logged> logged, Instant from, Instant until) {
        return logged.stream()
                .filter(pause -> pause.end().isAfter(from) && !pause.end().isAfter(until))
                .mapToDouble(Logged::millis)
                .max()
                .orElse(0);
    }

    @Test
    void theEndOfTheJvmIsAFailure() throws Exception {
        JfrProbe probe;
        try (TestJvm jvm = TestJvm.allocating(TestJvm.CURRENT, TestJvm.compiled(classes), "-XX:+UseSerialGC")) {
            probe = probe(jvm);
            assertEquals(Optional.empty(), problem(probe));
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        Optional<String> problem = Optional.empty();
        while (problem.isEmpty() && System.nanoTime() < end) {
            problem = problem(probe);
        }
        assertTrue(problem.isPresent());
        assertTrue(problem(probe).isPresent());
        await(probe.close());
    }

    @Test
    void aProcessThatIsNoJvmIsNotSignalled() throws Exception {
        // The attach signal would end it.
        Process sleeper = new ProcessBuilder("sleep", "30").start();
        try {
            JfrProbe probe = new JfrProbe(TestJvm.locator(sleeper.pid()), workers, InstantSource.system());
            assertEquals(Optional.of("process " + sleeper.pid() + " is no JVM"), problem(probe));
            assertTrue(sleeper.isAlive());
            await(probe.close());
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void nothingOfItStaysBehind() throws Exception {
        try (TestJvm jvm = TestJvm.allocating(TestJvm.CURRENT, TestJvm.compiled(classes), "-XX:+UseSerialGC")) {
            JfrProbe probe = probe(jvm);
            assertEquals(Optional.empty(), problem(probe));
            await(probe.close());
            // Closed, it opens nothing more.
            assertTrue(problem(probe).orElse("").contains("closed"));
            String recordings = jcmd(jvm.pid(), "JFR.check");
            assertTrue(recordings.contains("No available recordings"), recordings);
        }
        try (Stream<Thread> threads = Thread.getAllStackTraces().keySet().stream()) {
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            assertTrue(threads.filter(thread -> thread.getName().startsWith("plimsoll-probe-jfr"))
                    .allMatch(thread -> ended(thread, end)));
        }
    }

    private static boolean ended(Thread thread, long end) {
        while (thread.isAlive() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        return !thread.isAlive();
    }

    private static String jcmd(long pid, String command) throws Exception {
        Process process = new ProcessBuilder(
                        TestJvm.CURRENT.resolve("bin/jcmd").toString(), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
