package dev.plimsoll.controller.coldstart;

import dev.plimsoll.reports.coldstart.StartPhase;
import dev.plimsoll.reports.coldstart.StartupLog;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * A server that was started by its command, in a process group of its own, so that it can be ended with everything that it
 * started. Its output is read on a thread of its own.
 */
final class StartedServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int LAST_LINES = 20;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String SETSID = "/usr/bin/setsid";

    private final Process process;
    private final boolean grouped;
    private final long startedNanos;
    private final Thread reader;
    private final Thread atExit = new Thread(() -> signal("KILL"), "plimsoll-server-end");

    // Guarded by this.
    private final StartupLog log = new StartupLog();
    private final Deque<String> last = new ArrayDeque<>();
    private OptionalDouble firstLine = OptionalDouble.empty();

    private StartedServer(Process process, boolean grouped, long startedNanos, Optional<Path> copy) {
        this.process = process;
        this.grouped = grouped;
        this.startedNanos = startedNanos;
        Runtime.getRuntime().addShutdownHook(atExit);
        reader = Thread.ofPlatform().daemon().name("server-output").start(() -> read(copy));
    }

    /**
     * Starts it.
     *
     * @param copy where its output is kept
     * @throws ColdStartException when it cannot be started
     */
    static StartedServer start(List<String> command, Optional<Path> copy) throws ColdStartException {
        boolean grouped = Files.isExecutable(Path.of(SETSID));
        List<String> whole = new ArrayList<>(grouped ? List.of(SETSID) : List.of());
        whole.addAll(command);
        long now = System.nanoTime();
        try {
            Process process = new ProcessBuilder(whole)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectErrorStream(true)
                    .start();
            return new StartedServer(process, grouped, now, copy);
        } catch (IOException e) {
            throw new ColdStartException("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
        }
    }

    private void read(Optional<Path> copy) {
        try (BufferedReader in =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                Writer out = copy.isPresent() ? Files.newBufferedWriter(copy.get()) : Writer.nullWriter()) {
            String line;
            while ((line = in.readLine()) != null) {
                take(line);
                out.write(line);
                out.write('\n');
            }
        } catch (IOException e) {
            take("plimsoll: its output was not read to its end: " + e.getMessage());
        }
    }

    private synchronized void take(String line) {
        if (firstLine.isEmpty()) {
            firstLine = OptionalDouble.of(elapsed());
        }
        log.take(line);
        last.addLast(line);
        if (last.size() > LAST_LINES) {
            last.removeFirst();
        }
    }

    /** Seconds since its start. */
    double elapsed() {
        return (System.nanoTime() - startedNanos) / NANOS_PER_SECOND;
    }

    /** The status with which it ended; nothing while it runs. */
    Optional<Integer> ended() {
        return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
    }

    /** What its output tells of a phase so far, in seconds. */
    synchronized OptionalDouble seconds(StartPhase phase) {
        return phase == StartPhase.FIRST_LINE ? firstLine : log.seconds(phase);
    }

    /** The last lines of its output. */
    synchronized String lastLines() {
        return String.join("\n", last);
    }

    /** Waits until its output has been read to its end, for a moment. */
    void drain() throws InterruptedException {
        reader.join(TimeUnit.SECONDS.toMillis(2));
    }

    /** Ends it with all that it started: first it is asked to, then it is not. */
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        signal("TERM");
        try {
            long end = System.nanoTime() + GRACE.toNanos();
            boolean alive = true;
            while (alive && System.nanoTime() - end < 0) {
                Thread.sleep(POLL);
                alive = process.isAlive() || all.stream().anyMatch(StartedServer::runs);
            }
            signal("KILL");
            all.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            signal("KILL");
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) {
            return;
        }
    }

    /** One that has ended and that nobody has asked for its status runs no more. */
    private static boolean runs(ProcessHandle handle) {
        if (!handle.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"), StandardCharsets.ISO_8859_1);
            return !stat.substring(stat.lastIndexOf(')') + 1).strip().startsWith("Z");
        } catch (IOException gone) {
            return Files.isDirectory(Path.of("/proc/" + handle.pid()));
        }
    }

    /** Tells the whole group; without one, the process and its children. */
    private void signal(String name) {
        if (!grouped) {
            process.descendants()
                    .forEach(name.equals("KILL") ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
            if (name.equals("KILL")) {
                process.destroyForcibly();
            } else {
                process.destroy();
            }
            return;
        }
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -s " + name + " -- -" + process.pid() + " 2>/dev/null")
                    .start()
                    .waitFor(2, TimeUnit.SECONDS);
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
