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
 * @param process its process, once it runs
 * @param deaths how often its process died before it could answer, since it was first asked for
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
        Optional<ProcessMark> process,
        int deaths,
        Optional<String> run,
        Optional<Verdict.Outcome> verdict,
        @JsonProperty("exit_code") Optional<Integer> exitCode,
        String sentence) {
    static final int FORMAT = 1;

    /** After so many deaths it is not begun again by itself: it may be the gate that kills the machine. */
    static final int MOST_DEATHS = 3;

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
        /** The controller or the gate's process was ended before it had a verdict. */
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

    static BookedGate queued(Release release, String scenario, int deaths, Instant now) {
        return new BookedGate(
                FORMAT,
                release,
                scenario,
                State.QUEUED,
                now,
                Optional.empty(),
                Optional.empty(),
                deaths,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "");
    }

    /** Whether it begins anew when it is asked for again. */
    boolean beginsAnew() {
        return state == State.LOST && deaths < MOST_DEATHS;
    }

    BookedGate running(Optional<ProcessMark> itsProcess) {
        return new BookedGate(
                format,
                release,
                scenario,
                State.RUNNING,
                asked,
                ended,
                itsProcess,
                deaths,
                run,
                verdict,
                exitCode,
                sentence);
    }

    BookedGate of(Optional<String> itsRun) {
        return new BookedGate(
                format, release, scenario, state, asked, ended, process, deaths, itsRun, verdict, exitCode, sentence);
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
                process,
                deaths,
                end.run(),
                end.verdict(),
                end.exitCode(),
                end.sentence());
    }

    /** Its process died without a word. */
    BookedGate died(Optional<String> itsRun, Instant now) {
        int count = deaths + 1;
        String next = count < MOST_DEATHS
                ? "it begins anew when it is asked for again"
                : "it has died " + count + " times and does not begin anew by itself: DELETE it once you know why";
        return lost(itsRun, count, "the gate's process died before it had a verdict; " + next, now);
    }

    /** The controller ended before it did. */
    BookedGate stopped(Instant now) {
        return lost(run, deaths, "the controller ended before the gate did", now);
    }

    private BookedGate lost(Optional<String> itsRun, int itsDeaths, String why, Instant now) {
        return new BookedGate(
                format,
                release,
                scenario,
                State.LOST,
                asked,
                Optional.of(now),
                process,
                itsDeaths,
                itsRun,
                verdict,
                exitCode,
                why);
    }
}
