package dev.plimsoll.controller.service;

import dev.plimsoll.reports.verdict.Verdict;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs gates. Safe for use by several threads. */
interface GateRunner {
    /**
     * Runs a gate to its end. Blocks.
     *
     * @param scenario the scenario's file
     * @param started told the gate's process before it sends anything; when that throws, nothing is sent
     */
    Ended run(Release release, Path scenario, Consumer<ProcessMark> started) throws InterruptedException;

    /**
     * Waits for the end of a gate that another controller began. Blocks while the process lives.
     *
     * @return what became of it; absent when its process died without a word
     */
    Optional<Ended> await(Release release, ProcessMark process) throws InterruptedException;

    /** The id of the run of a gate that has begun, once it has one. */
    Optional<String> runOf(Release release);

    /** Ends the gates that run, so that their bundles say so. Blocks. */
    void stop();

    /**
     * What became of a gate.
     *
     * @param exitCode of its process; absent when it could not be started, or did not live to tell
     * @param run the run's id
     * @param verdict its answer; absent when there is none that may be trusted
     * @param sentence why
     */
    record Ended(
            Optional<Integer> exitCode, Optional<String> run, Optional<Verdict.Outcome> verdict, String sentence) {}
}
