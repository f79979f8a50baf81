package dev.plimsoll.scenarios;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What decides.
 *
 * @param smoke what must pass before any load
 * @param thresholds limits on the run itself
 * @param confidence of every interval; a limit inside one is undecided
 * @param onUndecided what an undecided check makes of the verdict
 * @param abortWhenHopeless whether the load stops as soon as a limit is surely broken
 * @param stopWhenDecided whether the load stops as soon as every check is surely kept, or one surely broken
 * @param extendUntil how long the last measured phase may grow while a check is undecided
 * @param baseline what the run is compared with
 * @param onPromote done after PROMOTE
 * @param onRollback done after ROLLBACK
 * @param onInconclusive done after INCONCLUSIVE
 */
public record Gate(
        Optional<Smoke> smoke,
        List<Threshold> thresholds,
        double confidence,
        OnUndecided onUndecided,
        boolean abortWhenHopeless,
        boolean stopWhenDecided,
        Optional<Duration> extendUntil,
        Optional<Baseline> baseline,
        List<Action> onPromote,
        List<Action> onRollback,
        List<Action> onInconclusive) {

    /** What an undecided check makes of the verdict. */
    public enum OnUndecided {
        /** INCONCLUSIVE. */
        INCONCLUSIVE,
        /** The point estimate decides, for PROMOTE. */
        PROMOTE,
        /** ROLLBACK. */
        ROLLBACK
    }

    /** A gate whose load goes on when every check is surely kept. */
    public Gate(
            Optional<Smoke> smoke,
            List<Threshold> thresholds,
            double confidence,
            OnUndecided onUndecided,
            boolean abortWhenHopeless,
            Optional<Duration> extendUntil,
            Optional<Baseline> baseline,
            List<Action> onPromote,
            List<Action> onRollback,
            List<Action> onInconclusive) {
        this(
                smoke,
                thresholds,
                confidence,
                onUndecided,
                abortWhenHopeless,
                false,
                extendUntil,
                baseline,
                onPromote,
                onRollback,
                onInconclusive);
    }

    /** Checks the components. */
    public Gate {
        thresholds = List.copyOf(thresholds);
        onPromote = List.copyOf(onPromote);
        onRollback = List.copyOf(onRollback);
        onInconclusive = List.copyOf(onInconclusive);
        Rule.require(confidence >= 0.5 && confidence < 1, "gate.confidence is from 50% to below 100%", confidence);
        Rule.require(
                !thresholds.isEmpty() || smoke.isPresent() || baseline.isPresent(),
                "a gate has thresholds, a smoke test or a baseline",
                "none of them");
    }

    /**
     * Requests sent before any load.
     *
     * @param timeout by which all must have passed; the target may still be starting
     * @param requests how many of each workload entry, one at a time
     */
    public record Smoke(Duration timeout, int requests) {
        /** Checks the components. */
        public Smoke {
            Rule.positive(timeout, "smoke.timeout");
            Rule.require(requests >= 1, "smoke.requests is at least 1", requests);
        }
    }

    /**
     * What the run is compared with.
     *
     * @param run a directory: a run bundle, or a store whose last promoted runs of this scenario are taken; absent: those
     *     of the run's own store
     * @param runs how many of them
     * @param required whether a run without a baseline is inconclusive
     * @param allow what the release is meant to change, so that a run that differs in it is still compared
     * @param checks the comparisons
     */
    public record Baseline(
            Optional<String> run, int runs, boolean required, Set<Difference> allow, List<BaselineCheck> checks) {
        /** Checks the components. */
        public Baseline {
            allow = Set.copyOf(allow);
            checks = List.copyOf(checks);
            Rule.require(runs >= 1, "baseline.runs is at least 1", runs);
            Rule.require(!checks.isEmpty(), "baseline.checks has at least one check", "[]");
        }
    }

    /** Something done with a verdict. */
    public sealed interface Action {
        /**
         * A command, run without a shell.
         *
         * @param command program and arguments
         * @param timeout a command that runs longer is ended; absent: the usual limit
         */
        record Exec(List<String> command, Optional<Duration> timeout) implements Action {
            /** Checks the components. */
            public Exec {
                command = List.copyOf(command);
                Rule.require(!command.isEmpty(), "exec names a program", "[]");
                timeout.ifPresent(limit -> Rule.positive(limit, "an action's timeout"));
            }

            /** With the usual limit. */
            public Exec(List<String> command) {
                this(command, Optional.empty());
            }
        }

        /**
         * The verdict as a JSON {@code POST}.
         *
         * @param url where to
         * @param headers sent along
         * @param secret what the request is signed with; absent: it is not
         * @param timeout an attempt that takes longer has failed; absent: the usual limit
         */
        record Webhook(URI url, Map<String, String> headers, Optional<String> secret, Optional<Duration> timeout)
                implements Action {
            /** Checks the components. */
            public Webhook {
                headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
                Rule.require(secret.map(s -> !s.isEmpty()).orElse(true), "a webhook's secret is not empty", "\"\"");
                timeout.ifPresent(limit -> Rule.positive(limit, "an action's timeout"));
            }

            /** Not signed, with the usual limit. */
            public Webhook(URI url, Map<String, String> headers) {
                this(url, headers, Optional.empty(), Optional.empty());
            }

            /** Without the secret. */
            @Override
            public String toString() {
                return "Webhook[" + url + "]";
            }
        }
    }
}
