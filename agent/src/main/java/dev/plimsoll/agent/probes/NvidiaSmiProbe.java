package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA GPUs of the agent's own machine, by one {@code nvidia-smi} that prints a row for each GPU at every interval.
 *
 * <p>The command is started once, since starting it takes up to seconds on a machine with many GPUs and disturbs what
 * runs there. When it ends, it is started anew after 1 s, 2 s, and so on up to a minute; when it prints nothing for three
 * intervals, it is ended first. Meanwhile readings fail. Each round of rows is read out once, so a sample waits for the
 * next round if it has to.
 *
 * <p>Safe for use by several threads: the process is read on a thread of its own.
 */
final class NvidiaSmiProbe implements Probe {
    private static final Duration HELP_LIMIT = Duration.ofSeconds(20);
    private static final Duration FIRST_ROUND_LIMIT = Duration.ofSeconds(30);
    private static final Duration LEAST_SILENCE = Duration.ofSeconds(1);
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);
    private static final int SILENT_INTERVALS = 3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int MOST_STRAY_LINES = 1_000;
    private static final int MOST_MESSAGE = 200;

    private final List<String> command;
    private final List<Integer> wanted;
    private final Duration interval;
    private final Workers workers;
    private final LongSupplier nanoTime;
    private final SmiReadings readings = new SmiReadings();

    // All below is guarded by this.
    private final Set<String> refused = new HashSet<>();
    private @Nullable Session session;
    private @Nullable LineProcess stuck;
    private @Nullable Promise<Map<String, Reading>> waiting;
    private @Nullable Map<String, Reading> unread;
    private @Nullable String absence;
    private String trouble = "nvidia-smi has not printed anything yet";
    private Duration delay = FIRST_DELAY;
    private long nextStart;
    private boolean closed;

    /**
     * Starts nothing yet.
     *
     * @param command the program, and arguments before its own
     * @param wanted the numbers of the GPUs to watch; empty: all
     * @param interval how often it prints
     * @param nanoTime as {@link System#nanoTime}
     */
    NvidiaSmiProbe(
            List<String> command, List<Integer> wanted, Duration interval, Workers workers, LongSupplier nanoTime) {
        this.command = List.copyOf(command);
        this.wanted = List.copyOf(wanted);
        this.interval = interval;
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.nextStart = nanoTime.getAsLong();
    }

    /** One life of the process, from the look at its fields to its end. */
    private final class Session {
        private final long started = nanoTime.getAsLong();
        private @Nullable LineProcess process;
        private long lastLine = started;
        private boolean rounds;
        private boolean over;
        private int stray;
        private String message = "";
        private @Nullable String refusal;
    }

    @Override
    public String type() {
        return "nvidia-smi";
    }

    @Override
    public Set<String> metrics() {
        return SmiReadings.METRICS;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        Promise<Map<String, Reading>> promise;
        long patience;
        synchronized (this) {
            Map<String, Reading> round = unread;
            if (round != null) {
                unread = null;
                return Future.succeededFuture(round);
            }
            if (absence != null) {
                return Future.succeededFuture(all(Reading.notAvailable(absence)));
            }
            Optional<String> problem = start();
            if (problem.isPresent()) {
                return Future.failedFuture(problem.get());
            }
            promise = Promise.promise();
            waiting = promise;
            patience = patience();
        }
        return promise.future()
                .timeout(Math.max(1, TimeUnit.NANOSECONDS.toMillis(patience)), TimeUnit.MILLISECONDS)
                .recover(cause -> promise.future().isComplete() ? Future.failedFuture(cause) : silent(promise));
    }

    /** Sees to it that the process runs; gives a sentence where it cannot. */
    private Optional<String> start() {
        if (session != null) {
            return Optional.empty();
        }
        if (closed) {
            return Optional.of("the probe is closed");
        }
        long left = nextStart - nanoTime.getAsLong();
        if (left > 0) {
            return Optional.of(
                    trouble + "; it is started again in " + (TimeUnit.NANOSECONDS.toSeconds(left) + 1) + " s");
        }
        LineProcess before = stuck;
        if (before != null && before.isAlive()) {
            return Optional.of(trouble + "; process " + before.pid() + " cannot be ended, as it hangs in the kernel");
        }
        stuck = null;
        Session next = new Session();
        session = next;
        var unused = workers.run(() -> live(next)).onFailure(e -> over(next, sentence(e)));
        return Optional.empty();
    }

    /** How long the next round may take from now on, in ns. */
    private long patience() {
        Session current = session;
        if (current == null) {
            return 0;
        }
        Duration silence = interval.multipliedBy(SILENT_INTERVALS);
        Duration limit =
                !current.rounds ? FIRST_ROUND_LIMIT : silence.compareTo(LEAST_SILENCE) > 0 ? silence : LEAST_SILENCE;
        return current.lastLine + limit.toNanos() - nanoTime.getAsLong();
    }

    private Future<Map<String, Reading>> silent(Promise<Map<String, Reading>> promise) {
        synchronized (this) {
            Session current = session;
            if (waiting == promise && current != null) {
                double silence = (nanoTime.getAsLong() - current.lastLine) / NANOS_PER_SECOND;
                long seconds = Math.max(1, Math.round(silence));
                abandon(current, "nvidia-smi printed nothing for " + seconds + " s and was ended");
            }
        }
        return promise.future();
    }

    // The process

    private Boolean live(Session own) throws IOException, InterruptedException {
        String help = help();
        if (help == null) {
            synchronized (this) {
                absence = "the command " + command.getFirst() + " is not on the agent's machine";
            }
            over(own, "there is no " + command.getFirst());
            return false;
        }
        SmiTable table;
        synchronized (this) {
            table = SmiTable.of(help, refused);
        }
        if (!table.has(SmiTable.INDEX)) {
            throw new IOException("nvidia-smi --help-query-gpu tells no fields that are known here");
        }
        LineProcess process = LineProcess.start(query(table));
        try {
            synchronized (this) {
                own.process = process;
                if (own.over) {
                    return false;
                }
            }
            SmiRounds rounds = new SmiRounds(wanted.size());
            process.read(line -> line(own, table, rounds, line));
            int status = process.await();
            over(own, "nvidia-smi ended with status " + status + (own.message.isEmpty() ? "" : ": " + own.message));
        } finally {
            process.end();
        }
        return true;
    }

    /** What the command says of its fields; null when there is no such command. */
    private @Nullable String help() throws IOException, InterruptedException {
        List<String> asked = with("--help-query-gpu");
        try {
            return CommandRun.of(asked, HELP_LIMIT).require(asked);
        } catch (IOException e) {
            if (CommandRun.isMissing(e)) {
                return null;
            }
            throw e;
        }
    }

    private List<String> query(SmiTable table) {
        List<String> asked = with(
                "--query-gpu=" + table.query(),
                "--format=csv,noheader,nounits",
                "-lms",
                Long.toString(interval.toMillis()));
        if (!wanted.isEmpty()) {
            asked.add("-i");
            asked.add(String.join(",", wanted.stream().map(String::valueOf).toList()));
        }
        return asked;
    }

    private List<String> with(String... arguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(arguments));
        return all;
    }

    private void line(Session own, SmiTable table, SmiRounds rounds, String line) {
        long now = nanoTime.getAsLong();
        Optional<SmiTable.Row> row = table.row(line);
        Promise<Map<String, Reading>> asker = null;
        Map<String, Reading> fresh = Map.of();
        synchronized (this) {
            if (own.over) {
                return;
            }
            if (row.isEmpty()) {
                stray(own, line);
                return;
            }
            own.lastLine = now;
            List<SmiRounds.Round> over = rounds.add(row.get(), now);
            if (over.isEmpty()) {
                return;
            }
            own.rounds = true;
            own.stray = 0;
            if (now - own.started > LONGEST_DELAY.toNanos()) {
                delay = FIRST_DELAY;
            }
            fresh = readings.of(over.getLast());
            asker = waiting;
            waiting = null;
            unread = asker == null ? fresh : null;
        }
        if (asker != null && !asker.tryComplete(fresh)) {
            synchronized (this) {
                unread = fresh;
            }
        }
    }

    /** A line that is no row: a refusal, a warning, the reason of an end, or garbage. */
    private void stray(Session own, String line) {
        if (line.isEmpty()) {
            return;
        }
        own.message = line.substring(0, Math.min(MOST_MESSAGE, line.length()));
        SmiTable.refused(line).ifPresent(field -> own.refusal = field);
        own.stray++;
        if (own.stray > MOST_STRAY_LINES) {
            abandon(own, "nvidia-smi prints no rows but lines such as \"" + own.message + "\" and was ended");
        }
    }

    private synchronized void abandon(Session own, String reason) {
        LineProcess process = own.process;
        if (process != null) {
            process.end();
            stuck = process;
        }
        over(own, reason);
    }

    private synchronized void over(Session own, String reason) {
        if (own.over) {
            return;
        }
        own.over = true;
        session = null;
        trouble = reason;
        String refusal = own.refusal;
        boolean again = refusal != null && refused.add(refusal);
        nextStart = nanoTime.getAsLong() + (again ? 0 : delay.toNanos());
        if (!again) {
            Duration twice = delay.multipliedBy(2);
            delay = twice.compareTo(LONGEST_DELAY) < 0 ? twice : LONGEST_DELAY;
        }
        Promise<Map<String, Reading>> asker = waiting;
        waiting = null;
        if (asker != null && absence != null) {
            asker.tryComplete(all(Reading.notAvailable(absence)));
        } else if (asker != null) {
            asker.tryFail(reason);
        }
    }

    private static String sentence(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }

    @Override
    public synchronized Future<Void> close() {
        closed = true;
        unread = null;
        Session current = session;
        if (current != null) {
            abandon(current, "the probe is closed");
        }
        return Future.succeededFuture();
    }
}
