package dev.plimsoll.reports.preflight;

import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.scenarios.Preflight;
import dev.plimsoll.scenarios.PreflightCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds machines and the target against what is wanted. Immutable. */
public final class Examination {
    /** The node that stands for the target, in checks of what the target tells itself. */
    public static final String TARGET = "target";

    private static final String NO_NODE = "-";

    private final Preflight wanted;
    private final VersionsLock lock;
    private final Set<String> watched;

    /**
     * With these wishes.
     *
     * @param wanted what a scenario asks for
     * @param lock versions that must be the same
     */
    public Examination(Preflight wanted, VersionsLock lock) {
        this(wanted, lock, Set.of());
    }

    /**
     * With these wishes, before load.
     *
     * @param watched nodes whose PCIe links a probe sees under load: what is not ok there yet is no failure before
     */
    public Examination(Preflight wanted, VersionsLock lock, Set<String> watched) {
        this.wanted = wanted;
        this.lock = lock;
        this.watched = Set.copyOf(watched);
    }

    /** A machine that was looked at. */
    public List<Check> machine(Machine machine) {
        Set<PreflightCheck> open = open(machine);
        return found(machine).stream()
                .map(check -> open.stream().anyMatch(one -> one.id().equals(check.id())) ? check : weighed(check))
                .toList();
    }

    private List<Check> found(Machine machine) {
        List<Check> checks = new ArrayList<>();
        if (machine.serves()) {
            checks.addAll(new GpuChecks(machine.node(), machine.facts(), wanted).checks());
            checks.addAll(versions(machine));
        }
        checks.addAll(new MachineChecks(machine, wanted).checks());
        return checks;
    }

    /** What of a machine is answered by load only. */
    Set<PreflightCheck> open(Machine machine) {
        return machine.serves() && watched.contains(machine.node())
                ? new GpuChecks(machine.node(), machine.facts(), wanted).open()
                : Set.of();
    }

    /**
     * A node of which only its exporters' pages were read: what they tell, and that the rest is not known. What they do not
     * tell is no failure there, even where it is required.
     *
     * @param exporters that have pages of it, such as {@code node-exporter}
     */
    public List<Check> pages(String node, MachineFacts facts, String exporters) {
        List<Check> known = weighed(found(new Machine(node, true, false, facts)).stream()
                .filter(check -> check.outcome() != Outcome.UNKNOWN)
                .toList());
        Fact pages = facts.of(MachineFact.PAGES);
        List<Check> checks = new ArrayList<>(known);
        checks.addAll(unseen(
                node,
                pages.known()
                        ? "known by its pages alone (" + exporters + "), which tell " + told(known)
                        : "its pages could not be read: " + pages.absence()));
        return checks;
    }

    private static String told(List<Check> known) {
        return known.isEmpty()
                ? "nothing that is looked for"
                : known.stream().map(Check::id).collect(Collectors.joining(", ")) + "; the rest is not known";
    }

    private List<Check> versions(Machine machine) {
        List<Check> checks = new ArrayList<>();
        for (Map.Entry<PreflightCheck, MachineFact> one :
                VersionsLock.factsByCheck().entrySet()) {
            PreflightCheck check = one.getKey();
            String locked = lock.versions().get(check);
            boolean looked = machine.facts().machine().containsKey(one.getValue());
            Fact fact = machine.facts().of(one.getValue());
            if (locked != null && looked) {
                checks.add(version(check, machine.node(), fact, locked));
            } else if (wanted.required().contains(check.id())) {
                checks.add(version(check, machine.node(), Fact.absent("no lock file tells it"), "a locked version"));
            } else if (fact.known()) {
                // Nothing to hold it against, but worth a line.
                checks.add(version(check, machine.node(), fact, fact.value()).wanting("any; no lock file tells it"));
            }
        }
        return checks;
    }

    /** What the target tells of itself: vLLM's version, or why it is not known. Nothing where none is locked. */
    public List<Check> target(Fact vllm) {
        String locked = lock.versions().get(PreflightCheck.VERSIONS_VLLM);
        return locked == null
                ? List.of()
                : weighed(List.of(version(PreflightCheck.VERSIONS_VLLM, TARGET, vllm, locked)));
    }

    /** A node that nobody could look at. */
    public List<Check> unseen(String node, String why) {
        Reason reason = Reason.of(PreflightCheck.NODE_AGENT);
        return weighed(List.of(new Check(
                PreflightCheck.NODE_AGENT.id(),
                node,
                Outcome.UNKNOWN,
                why,
                "a look at the node",
                reason.why(),
                reason.repair())));
    }

    /** A failure for each check that is required and was not made anywhere. */
    public List<Check> unmet(PreflightReport report) {
        List<Check> unmet = new ArrayList<>();
        for (PreflightCheck check : PreflightCheck.values()) {
            boolean made = report.checks().stream().anyMatch(one -> one.id().equals(check.id()));
            if (!made && wanted.required().contains(check.id()) && check != PreflightCheck.NODE_AGENT) {
                Reason reason = Reason.of(check);
                unmet.add(new Check(
                        check.id(),
                        NO_NODE,
                        Outcome.FAIL,
                        "no node was looked at for it",
                        "a node of the scenario with `agent` or with a probe of its own machine",
                        reason.why(),
                        reason.repair()));
            }
        }
        return unmet;
    }

    private static Check version(PreflightCheck check, String node, Fact fact, String locked) {
        Reason reason = Reason.of(check);
        Outcome outcome = !fact.known() ? Outcome.UNKNOWN : fact.value().equals(locked) ? Outcome.OK : Outcome.FAIL;
        return new Check(
                check.id(),
                node,
                outcome,
                fact.known() ? fact.value() : "not known: " + fact.absence(),
                locked,
                reason.why(),
                reason.repair());
    }

    /** What is required must be ok; what is tolerated is a warning at worst. */
    private List<Check> weighed(List<Check> checks) {
        return checks.stream().map(this::weighed).toList();
    }

    Check weighed(Check check) {
        if (check.outcome() != Outcome.OK && wanted.required().contains(check.id())) {
            return check.with(Outcome.FAIL);
        }
        if (check.outcome() == Outcome.FAIL && wanted.tolerated().contains(check.id())) {
            return check.with(Outcome.WARN);
        }
        return check;
    }
}
