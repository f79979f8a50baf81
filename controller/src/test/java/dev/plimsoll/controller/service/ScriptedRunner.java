package dev.plimsoll.controller.service;

import dev.plimsoll.reports.verdict.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Gates that end when the test says so, and leave a bundle in the store. */
final class ScriptedRunner implements GateRunner {
    private final TestingStore store;
    private final Map<String, BlockingQueue<Ended>> ends = new ConcurrentHashMap<>();
    private final Map<String, String> runs = new ConcurrentHashMap<>();
    private final List<Path> begun = new CopyOnWriteArrayList<>();
    private final List<ProcessMark> adopted = new CopyOnWriteArrayList<>();
    private final ProcessMark process =
            ProcessMark.of(ProcessHandle.current().pid()).orElseThrow();
    private volatile boolean alive = true;
    private final AtomicBoolean stopped = new AtomicBoolean();

    ScriptedRunner(TestingStore store) {
        this.store = store;
    }

    /** The scenarios of the gates that were begun, in order. */
    List<Path> begun() {
        return begun;
    }

    boolean stopped() {
        return stopped.get();
    }

    private BlockingQueue<Ended> queue(Release release) {
        return ends.computeIfAbsent(release.key(), key -> new LinkedBlockingQueue<>());
    }

    @Override
    public Ended run(Release release, Path scenario, Consumer<ProcessMark> started) throws InterruptedException {
        started.accept(process);
        begun.add(scenario);
        return queue(release).take();
    }

    @Override
    public Optional<Ended> await(Release release, ProcessMark marked) throws InterruptedException {
        adopted.add(marked);
        if (!alive) {
            return Optional.ofNullable(queue(release).poll());
        }
        return Optional.of(queue(release).take());
    }

    /** The processes of gates that were begun by another runner. */
    List<ProcessMark> adopted() {
        return adopted;
    }

    /** As if every process of an earlier runner had died. */
    void allDied() {
        alive = false;
    }

    @Override
    public Optional<String> runOf(Release release) {
        return Optional.ofNullable(runs.get(release.key()));
    }

    /** Gives the gate's run its id. */
    void begins(Release release, String run) {
        runs.put(release.key(), run);
    }

    /** Ends the gate of a release with a verdict. */
    void judge(Release release, String run, Verdict.Outcome outcome, int code) {
        store.judge(run, "chat", outcome);
        queue(release).add(new Ended(Optional.of(code), Optional.of(run), Optional.of(outcome), "because"));
    }

    /** Ends it without one. */
    void fail(Release release, String sentence) {
        queue(release).add(new Ended(Optional.of(2), Optional.empty(), Optional.empty(), sentence));
    }

    @Override
    public void stop() {
        stopped.set(true);
    }
}
