package dev.plimsoll.controller.run;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.preflight.Check;
import dev.plimsoll.reports.preflight.Examination;
import dev.plimsoll.reports.preflight.LinkWatch;
import dev.plimsoll.reports.preflight.Outcome;
import dev.plimsoll.reports.preflight.VersionsLock;
import dev.plimsoll.scenarios.Scenario;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a look before the load could not know, and load tells: PCIe links. Each answer is an event. A failure ends a run that
 * was looked at before as one before the load does; any other run it only tells of. The run's thread only.
 */
final class UnderLoad {
    private final LinkWatch links;
    private final Optional<PreflightRound> preflight;
    private final Ledger ledger;

    private UnderLoad(LinkWatch links, Optional<PreflightRound> preflight, Ledger ledger) {
        this.links = links;
        this.preflight = preflight;
        this.ledger = ledger;
    }

    /** Of a run, whose machines are looked at first where there is a preflight. */
    static UnderLoad of(Scenario scenario, Optional<PreflightRound> preflight, Ledger ledger) {
        LinkWatch links = preflight
                .map(PreflightRound::underLoad)
                .orElseGet(() -> new LinkWatch(new Examination(scenario.preflight(), VersionsLock.NONE)));
        return new UnderLoad(links, preflight, ledger);
    }

    /** A sample came; what was taken before the load does not count. */
    void sample(NodeSample sample) throws RunEnded {
        if (ledger.now() > 0) {
            tell(links.add(sample));
        }
    }

    /** The load went to its end. */
    void over() throws RunEnded {
        tell(links.rest());
    }

    private void tell(List<Check> answers) throws RunEnded {
        if (answers.isEmpty()) {
            return;
        }
        for (Check check : answers) {
            String what = check.outcome() == Outcome.OK
                    ? check.id() + " on " + check.node() + ": " + check.found()
                    : check.sentence();
            ledger.event(
                    "preflight",
                    "preflight under load, " + check.outcome().label() + ": " + what,
                    BundleJson.members(check));
        }
        if (preflight.isEmpty()) {
            return;
        }
        preflight.get().answered(answers);
        String failures = answers.stream()
                .filter(check -> check.outcome() == Outcome.FAIL)
                .map(Check::sentence)
                .collect(Collectors.joining("; "));
        if (!failures.isEmpty()) {
            throw RunEnded.aborted("not fit to be measured, as load shows: " + failures
                    + " (preflight.json tells how to repair it; --no-preflight measures all the same)");
        }
    }
}
