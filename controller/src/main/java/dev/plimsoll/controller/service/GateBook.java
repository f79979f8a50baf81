package dev.plimsoll.controller.service;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.measurements.MeasurementsJson;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.BundleJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Which gate belongs to which release. A release has one gate, however often it is asked for. The book is kept on disk, so
 * that it outlives the controller, whichever way that ends. {@link #resume} takes up what an earlier controller left:
 *
 * <ul>
 *   <li>a gate whose process lives is awaited like one of its own, and takes one of the places
 *   <li>one that ended meanwhile has the answer that it left
 *   <li>one that died without an answer, was ended with the controller, or had not begun is lost: it is begun anew when
 *       it is asked for again, and only then, for nothing sends load that nobody waits for
 * </ul>
 *
 * <p>A book that may begin gates is one controller's at a time. Safe for use by several threads.
 */
final class GateBook implements AutoCloseable {
    private static final JsonMapper JSON = MeasurementsJson.mapper();
    private static final int MOST_WAITING = 100;
    private static final long LAST_SECONDS = 2;
    private static final String SUFFIX = ".json";
    private static final String SCENARIO_NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,100}";

    private final Path directory;
    private final Optional<Path> scenarios;
    private final GateRunner runner;
    private final InstantSource clock;
    private final ExecutorService executor;
    private final ExecutorService watchers;
    private final Optional<BookLock> lock;
    private final Map<String, BookedGate> gates = new HashMap<>();
    /* Keys of the gates that this book began or adopted: no other's is ended with it. */
    private final Set<String> own = new HashSet<>();
    private boolean closed;

    /** A wish that cannot be met. The message is for a person. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        private final int status;

        RefusedException(int status, String message) {
            super(message);
            this.status = status;
        }

        /** The HTTP status that says so. */
        int status() {
            return status;
        }
    }

    /**
     * Opens a book.
     *
     * @param directory where it is kept; made when the first gate is booked
     * @param scenarios where scenarios are; absent: no gate can be started
     * @param atOnce how many gates run at once
     * @throws BundleException when a page of it cannot be read, or another controller has it
     */
    GateBook(Path directory, Optional<Path> scenarios, int atOnce, GateRunner runner, InstantSource clock) {
        this.directory = requireNonNull(directory, "directory");
        this.scenarios = requireNonNull(scenarios, "scenarios");
        this.runner = requireNonNull(runner, "runner");
        this.clock = requireNonNull(clock, "clock");
        executor = Executors.newFixedThreadPool(
                atOnce, Thread.ofPlatform().daemon().name("gate-", 0).factory());
        watchers = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("watch-", 0).factory());
        lock = scenarios.map(place -> BookLock.take(directory));
        try {
            read();
        } catch (BundleException e) {
            lock.ifPresent(BookLock::close);
            throw e;
        }
    }

    private void read() {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> pages = files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
            for (Path page : pages) {
                BookedGate gate = JSON.readValue(Files.readString(page), BookedGate.class);
                gates.put(gate.release().key(), gate);
            }
        } catch (JsonProcessingException e) {
            throw new BundleException(
                    "the book of gates in " + directory + " is broken: " + e.getOriginalMessage()
                            + "; remove what is broken, and its gates are run again",
                    e);
        } catch (IOException e) {
            throw new BundleException("cannot read " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Takes up the gates that were under way when an earlier controller ended. Call it once. */
    synchronized void resume() {
        for (BookedGate gate : List.copyOf(gates.values())) {
            if (gate.state() == BookedGate.State.RUNNING && gate.process().isPresent()) {
                adopt(gate.release(), gate.process().get());
            } else if (gate.state().isOpen()) {
                change(gate.release(), left -> left.stopped(clock.instant()));
            }
        }
    }

    /** Awaits it beside the places, for all of them may be taken; but it holds one, so that others wait for it. */
    private void adopt(Release release, ProcessMark process) {
        own.add(release.key());
        CountDownLatch done = new CountDownLatch(1);
        executor.execute(() -> {
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        watchers.execute(() -> {
            try {
                Optional<GateRunner.Ended> end = runner.await(release, process);
                change(
                        release,
                        gate -> end.map(known -> gate.ended(known, clock.instant()))
                                .orElseGet(() -> gate.died(runner.runOf(release), clock.instant())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                done.countDown();
            }
        });
    }

    /** The gate of that release, if there is one. */
    synchronized Optional<BookedGate> find(Release release) {
        return Optional.ofNullable(gates.get(release.key())).map(this::withRun);
    }

    private BookedGate withRun(BookedGate gate) {
        return gate.state() == BookedGate.State.RUNNING ? gate.of(runner.runOf(gate.release())) : gate;
    }

    /** Forgets the gate of a release, so that it is begun anew when it is asked for again; tells whether it could. */
    synchronized boolean forget(Release release) {
        BookedGate gate = gates.get(release.key());
        if (gate == null || gate.state().isOpen()) {
            return false;
        }
        Path file = directory.resolve(release.key() + SUFFIX);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new BundleException("cannot remove " + file + ": " + e.getMessage(), e);
        }
        gates.remove(release.key());
        return true;
    }

    /**
     * The gate of that release, begun now if there is none yet. Does not block.
     *
     * @param scenario its name: that of a file {@code NAME.yaml} in the directory of scenarios
     * @throws RefusedException when it cannot be begun, or was begun with another scenario
     */
    synchronized BookedGate ask(Release release, String scenario) throws RefusedException {
        BookedGate known = gates.get(release.key());
        if (known != null && !known.beginsAnew()) {
            if (!known.scenario().equals(scenario)) {
                throw new RefusedException(
                        Answer.CONFLICT,
                        "the gate of " + release + " has the scenario " + known.scenario() + ", not " + scenario);
            }
            return withRun(known);
        }
        if (closed) {
            throw new RefusedException(Answer.FORBIDDEN, "the controller is stopping");
        }
        Path file = file(scenario);
        long waiting = gates.values().stream()
                .filter(gate -> gate.state() == BookedGate.State.QUEUED)
                .count();
        if (waiting >= MOST_WAITING) {
            throw new RefusedException(
                    Answer.TOO_MANY, MOST_WAITING + " gates wait already; ask again when some have ended");
        }
        int deaths = known == null ? 0 : known.deaths();
        BookedGate gate = BookedGate.queued(release, scenario, deaths, clock.instant());
        keep(gate);
        own.add(release.key());
        executor.execute(() -> run(release, file));
        return gate;
    }

    private Path file(String scenario) throws RefusedException {
        Path place = scenarios.orElseThrow(() -> new RefusedException(
                Answer.FORBIDDEN, "this controller starts no gates; start it with --scenarios DIR"));
        if (!scenario.matches(SCENARIO_NAME)) {
            throw new RefusedException(
                    Answer.BAD_REQUEST,
                    "a scenario's name is of letters, digits, dots and dashes, not \"" + scenario + "\"");
        }
        Path file = place.resolve(scenario + ".yaml");
        if (!Files.isRegularFile(file)) {
            throw new RefusedException(
                    Answer.NOT_FOUND, "there is no scenario " + scenario + ".yaml in the controller's --scenarios");
        }
        return file;
    }

    private void run(Release release, Path scenario) {
        if (!change(release, gate -> gate.running(Optional.empty()))) {
            return;
        }
        try {
            GateRunner.Ended end = runner.run(release, scenario, process -> started(release, process));
            change(release, gate -> gate.ended(end, clock.instant()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (BundleException e) {
            GateRunner.Ended unbooked = new GateRunner.Ended(
                    Optional.empty(), Optional.empty(), Optional.empty(), "it was not begun: " + e.getMessage());
            change(release, gate -> gate.ended(unbooked, clock.instant()));
        }
    }

    /** Books the process of a gate before it sends anything: what is not booked could not be found again. */
    private synchronized void started(Release release, ProcessMark process) {
        BookedGate gate = gates.get(release.key());
        if (gate == null || closed) {
            throw new BundleException("the controller is stopping");
        }
        keep(gate.running(Optional.of(process)));
    }

    /** Changes an open gate; tells whether it was one. */
    private synchronized boolean change(Release release, UnaryOperator<BookedGate> step) {
        BookedGate gate = gates.get(release.key());
        if (gate == null || !gate.state().isOpen() || closed) {
            return false;
        }
        try {
            keep(step.apply(gate));
        } catch (BundleException e) {
            /* What a restart would not know is known until then. */
            gates.put(release.key(), step.apply(gate));
        }
        return true;
    }

    private void keep(BookedGate gate) {
        Path file = directory.resolve(gate.release().key() + SUFFIX);
        Path temporary = directory.resolve(gate.release().key() + ".tmp");
        try {
            Files.createDirectories(directory);
            Files.writeString(temporary, BundleJson.file(gate));
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new BundleException("cannot write " + file + ": " + e.getMessage(), e);
        }
        gates.put(gate.release().key(), gate);
    }

    /** Ends what runs; what has not ended is lost, and begun anew when it is asked for again. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        /* First those that run, so that each ends in order; then who waits for them; then one that had just begun. */
        runner.stop();
        executor.shutdownNow();
        try {
            executor.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        runner.stop();
        leave();
        watchers.shutdownNow();
        lock.ifPresent(BookLock::close);
    }

    /** What a controller that starts later is to know. */
    private synchronized void leave() {
        for (BookedGate gate : List.copyOf(gates.values())) {
            if (gate.state().isOpen() && own.contains(gate.release().key())) {
                try {
                    keep(gate.of(runner.runOf(gate.release())).stopped(clock.instant()));
                } catch (BundleException e) {
                    /* Its page says that it runs; the next controller sees that it does not. */
                    return;
                }
            }
        }
    }
}
