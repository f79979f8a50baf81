package dev.plimsoll.controller.service;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.plimsoll.reports.verdict.Verdict;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * The gate of one release: a file of the book.
 *
 * @param format version of the file's format
 * @param release what is gated
 * @param scenario the scenario's name
 * @param state how far the gate is
 * @param asked when it was asked for
 * @param ended when it ended
 * @param run the run's id, once it has one
 * @param verdict its answer
 * @param exitCode of its process
 * @param sentence why, for a person; empty while there is nothing to say
 */
record BookedGate(
        int format,
        Release release,
        String scenario,
        State state,
        Instant asked,
        Optional<Instant> ended,
        Optional<String> run,
        Optional<Verdict.Outcome> verdict,
        @JsonProperty("exit_code") Optional<Integer> exitCode,
        String sentence) {
    static final int FORMAT = 1;

    /** How far a gate is. */
    enum State {
        /** It waits for others. */
        QUEUED,
        /** Its process runs. */
        RUNNING,
        /** It has a verdict. */
        JUDGED,
        /** It ended without a verdict. */
        FAILED,
        /** The controller ended before it did. */
        LOST;

        /** The name in the file. */
        @JsonValue
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean isOpen() {
            return this == QUEUED || this == RUNNING;
        }
    }

    static BookedGate queued(Release release, String scenario, Instant now) {
        return new BookedGate(
                FORMAT,
                release,
                scenario,
                State.QUEUED,
                now,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "");
    }

    BookedGate running() {
        return new BookedGate(format, release, scenario, State.RUNNING, asked, ended, run, verdict, exitCode, sentence);
    }

    BookedGate of(Optional<String> itsRun) {
        return new BookedGate(format, release, scenario, state, asked, ended, itsRun, verdict, exitCode, sentence);
    }

    BookedGate ended(GateRunner.Ended end, Instant now) {
        State last = end.verdict().isPresent() ? State.JUDGED : State.FAILED;
        return new BookedGate(
                format,
                release,
                scenario,
                last,
                asked,
                Optional.of(now),
                end.run(),
                end.verdict(),
                end.exitCode(),
                end.sentence());
    }

    BookedGate lost(Instant now) {
        return new BookedGate(
                format,
                release,
                scenario,
                State.LOST,
                asked,
                Optional.of(now),
                run,
                verdict,
                exitCode,
                "the controller ended before the gate did");
    }
}
