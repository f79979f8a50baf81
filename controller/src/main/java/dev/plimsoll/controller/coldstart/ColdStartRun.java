package dev.plimsoll.controller.coldstart;

import dev.plimsoll.reports.coldstart.ColdStart;
import dev.plimsoll.reports.coldstart.ColdStartReport;
import dev.plimsoll.reports.coldstart.StartPhase;
import dev.plimsoll.reports.quantities.Quantities;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Measures starts one after the other. Blocks its thread; {@link #stop} may be called by any. */
public final class ColdStartRun {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration GONE_LIMIT = Duration.ofSeconds(15);
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final Plan plan;
    private final Consumer<String> told;
    private final Path dropCaches;
    private final Set<String> notes = new LinkedHashSet<>();
    private volatile boolean stopped;

    /**
     * What is to be measured.
     *
     * @param command starts the server; empty: somebody else does, and the URL is watched
     * @param url where it serves
     * @param headers sent with each request
     * @param repeat how many starts
     * @param timeout for each
     * @param dropCaches whether the page cache is dropped before each, which needs root
     * @param logs a directory for the server's output; absent: it is not kept
     */
    public record Plan(
            List<String> command,
            URI url,
            Map<String, String> headers,
            int repeat,
            Duration timeout,
            boolean dropCaches,
            Optional<Path> logs) {
        /** Checks the components and copies the collections. */
        public Plan {
            command = List.copyOf(command);
            headers = Map.copyOf(headers);
            if (repeat < 1 || repeat > 100) {
                throw new IllegalArgumentException("starts are from 1 to 100, not " + repeat);
            }
            if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                throw new IllegalArgumentException("a URL is http://host[:port] or https://…, not " + url);
            }
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("a timeout is longer than 0 s, not " + timeout);
            }
        }
    }

    /**
     * A run that has not begun.
     *
     * @param told takes what a person may want to know meanwhile
     */
    public ColdStartRun(Plan plan, Consumer<String> told) {
        this(plan, told, Path.of("/proc/sys/vm/drop_caches"));
    }

    /** The same with another file that drops caches. */
    ColdStartRun(Plan plan, Consumer<String> told, Path dropCaches) {
        this.plan = plan;
        this.told = told;
        this.dropCaches = dropCaches;
    }

    /** Ends the run soon, and the server with it. */
    public void stop() {
        stopped = true;
    }

    /**
     * Measures all starts.
     *
     * @throws ColdStartException when one does not come up; the server is ended then
     */
    public ColdStartReport run() throws ColdStartException, InterruptedException {
        List<ColdStart> starts = new ArrayList<>();
        try (Endpoint endpoint = new Endpoint(plan.url(), plan.headers())) {
            if (!plan.command().isEmpty() && endpoint.answers()) {
                throw new ColdStartException("something answers at " + plan.url()
                        + " already: end it first, or name the command's own address with --url");
            }
            for (int i = 1; i <= plan.repeat(); i++) {
                told.accept("start " + i + " of " + plan.repeat());
                drop();
                ColdStart start = plan.command().isEmpty() ? watched(endpoint) : started(endpoint, i);
                starts.add(start);
                told.accept(sentence(start));
            }
        }
        String what = plan.command().isEmpty() ? plan.url().toString() : String.join(" ", plan.command());
        return ColdStartReport.of(what, plan.dropCaches() ? "dropped" : "as it was", starts, List.copyOf(notes));
    }

    private static String sentence(ColdStart start) {
        List<String> parts = new ArrayList<>();
        for (StartPhase phase : List.of(StartPhase.HEALTH, StartPhase.FIRST_TOKEN)) {
            Double seconds = start.seconds().get(phase);
            if (seconds != null) {
                parts.add(Quantities.millis(seconds * MILLIS_PER_SECOND) + " " + phase.words());
            }
        }
        return String.join(", ", parts);
    }

    private void drop() throws ColdStartException, InterruptedException {
        if (!plan.dropCaches()) {
            return;
        }
        try {
            // What was written and not yet stored cannot be dropped.
            new ProcessBuilder("sync").start().waitFor(1, TimeUnit.MINUTES);
            Files.writeString(dropCaches, "3");
        } catch (IOException e) {
            throw new ColdStartException(
                    "the page cache cannot be dropped: " + e.getMessage()
                            + "; that takes root, or leave --drop-caches out",
                    e);
        }
    }

    // Started here

    private ColdStart started(Endpoint endpoint, int number) throws ColdStartException, InterruptedException {
        Optional<Path> log = plan.logs().map(directory -> directory.resolve("coldstart-" + number + ".log"));
        try (StartedServer server = StartedServer.start(plan.command(), log)) {
            Map<StartPhase, Double> seconds = new EnumMap<>(StartPhase.class);
            while (!endpoint.isHealthy()) {
                goOn(server.elapsed());
                Optional<Integer> status = server.ended();
                if (status.isPresent()) {
                    server.drain();
                    throw new ColdStartException("the command ended with status " + status.get()
                            + " before /health answered 200 at " + plan.url() + "; its last lines:\n"
                            + server.lastLines());
                }
                Thread.sleep(POLL);
            }
            seconds.put(StartPhase.HEALTH, server.elapsed());
            Optional<String> problem = endpoint.firstToken();
            if (problem.isEmpty()) {
                seconds.put(StartPhase.FIRST_TOKEN, server.elapsed());
            } else {
                notes.add("no first token: " + problem.get());
            }
            for (StartPhase phase : StartPhase.values()) {
                server.seconds(phase).ifPresent(value -> seconds.putIfAbsent(phase, value));
            }
            if (server.seconds(StartPhase.WEIGHTS).isEmpty()
                    && server.seconds(StartPhase.ENGINE).isEmpty()) {
                notes.add("its output tells no phases: they are read from the log of vLLM");
            }
            return new ColdStart(seconds);
        } finally {
            awaitGone(endpoint);
        }
    }

    /** The next start must not be taken for up by what is left of this one. */
    private void awaitGone(Endpoint endpoint) throws ColdStartException, InterruptedException {
        long end = System.nanoTime() + GONE_LIMIT.toNanos();
        while (endpoint.answers()) {
            if (System.nanoTime() - end >= 0) {
                throw new ColdStartException("the command was ended, but something still answers at " + plan.url()
                        + ": it left its process group; start it in the foreground");
            }
            Thread.sleep(POLL);
        }
    }

    // Started elsewhere

    /** From when it is down: it may be up still, and go down to start anew. */
    private ColdStart watched(Endpoint endpoint) throws ColdStartException, InterruptedException {
        long asked = System.nanoTime();
        if (endpoint.isHealthy()) {
            told.accept(plan.url() + " answers: waiting until it goes down");
        }
        while (endpoint.isHealthy()) {
            goOn((System.nanoTime() - asked) / NANOS_PER_SECOND);
            Thread.sleep(POLL);
        }
        long down = System.nanoTime();
        while (!endpoint.isHealthy()) {
            goOn((System.nanoTime() - down) / NANOS_PER_SECOND);
            Thread.sleep(POLL);
        }
        Map<StartPhase, Double> seconds = new EnumMap<>(StartPhase.class);
        seconds.put(StartPhase.HEALTH, (System.nanoTime() - down) / NANOS_PER_SECOND);
        Optional<String> problem = endpoint.firstToken();
        if (problem.isEmpty()) {
            seconds.put(StartPhase.FIRST_TOKEN, (System.nanoTime() - down) / NANOS_PER_SECOND);
        } else {
            notes.add("no first token: " + problem.get());
        }
        notes.add("counted from when the endpoint was seen down; phases are known of a command that is started here");
        return new ColdStart(seconds);
    }

    private void goOn(double elapsedSeconds) throws ColdStartException {
        if (stopped) {
            throw new ColdStartException("interrupted; the server that was started here was ended");
        }
        if (elapsedSeconds > plan.timeout().toMillis() / MILLIS_PER_SECOND) {
            throw new ColdStartException("/health did not answer 200 at " + plan.url() + " within "
                    + plan.timeout().toSeconds() + " s: give it more with --timeout, or see its output with --logs");
        }
    }
}
