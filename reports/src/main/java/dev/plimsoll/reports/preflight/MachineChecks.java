package dev.plimsoll.reports.preflight;

import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.scenarios.Preflight;
import dev.plimsoll.scenarios.PreflightCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Kernel, clock, disk and network of one machine, held against what is wanted. */
final class MachineChecks {
    private static final long LONGEST_WAKE_UP_MICROS = 100;
    private static final long FEW_FILES = 4_096;
    private static final int FEW_PORTS = 10_000;
    private static final Duration LONG_ROUND_TRIP = Duration.ofMillis(5);
    private static final double MICROS_PER_MILLI = 1e3;
    private static final String NOT_KNOWN = "not known: ";

    private final Machine machine;
    private final MachineFacts facts;
    private final Preflight wanted;
    private final List<Check> checks = new ArrayList<>();

    MachineChecks(Machine machine, Preflight wanted) {
        this.machine = machine;
        facts = machine.facts();
        this.wanted = wanted;
    }

    List<Check> checks() {
        governor();
        idleStates();
        if (machine.serves()) {
            hugePages();
        }
        swap();
        openFiles();
        if (machine.generates()) {
            ports();
        }
        clock();
        if (machine.serves() && wanted.model().isPresent()) {
            diskFree();
            diskKind();
            diskRead();
        }
        if (machine.generates() && facts.machine().containsKey(MachineFact.ROUND_TRIP)) {
            roundTrip();
        }
        return checks;
    }

    private void add(PreflightCheck check, Outcome outcome, String found, String wish) {
        Reason reason = Reason.of(check);
        checks.add(new Check(check.id(), machine.node(), outcome, found, wish, reason.why(), reason.repair()));
    }

    /** The value, unless the check is unknown without it, and then told so. */
    private Optional<String> known(PreflightCheck check, MachineFact name, String wish) {
        Fact fact = facts.of(name);
        if (!fact.known()) {
            add(check, Outcome.UNKNOWN, NOT_KNOWN + fact.absence(), wish);
            return Optional.empty();
        }
        return Optional.of(fact.value());
    }

    // Kernel

    private void governor() {
        PreflightCheck check = PreflightCheck.CPU_GOVERNOR;
        known(check, MachineFact.CPU_GOVERNOR, "performance")
                .ifPresent(found ->
                        add(check, found.equals("performance") ? Outcome.OK : Outcome.WARN, found, "performance"));
    }

    private void idleStates() {
        PreflightCheck check = PreflightCheck.CPU_IDLE_STATES;
        String wish = "no state that takes more than " + LONGEST_WAKE_UP_MICROS + " µs to leave";
        known(check, MachineFact.CPU_IDLE_STATE, wish).ifPresent(found -> {
            long micros = Long.parseLong(found.substring(found.indexOf(' ') + 1));
            add(
                    check,
                    micros > LONGEST_WAKE_UP_MICROS ? Outcome.WARN : Outcome.OK,
                    "the deepest is " + found.substring(0, found.indexOf(' ')) + ", " + micros + " µs to leave",
                    wish);
        });
    }

    private void hugePages() {
        PreflightCheck check = PreflightCheck.MEMORY_HUGE_PAGES;
        String wish = "madvise or never";
        known(check, MachineFact.HUGE_PAGES, wish)
                .ifPresent(found -> add(check, found.equals("always") ? Outcome.WARN : Outcome.OK, found, wish));
    }

    private void swap() {
        PreflightCheck check = PreflightCheck.MEMORY_SWAP;
        String wish = "none in use";
        known(check, MachineFact.SWAP, wish).ifPresent(found -> {
            String[] bytes = found.split(" ");
            long used = Long.parseLong(bytes[0]);
            long total = Long.parseLong(bytes[1]);
            add(
                    check,
                    used > 0 ? Outcome.WARN : Outcome.OK,
                    total == 0 ? "no swap" : Quantities.bytes(used) + " of " + Quantities.bytes(total) + " in use",
                    wish);
        });
    }

    private void openFiles() {
        PreflightCheck check = PreflightCheck.PROCESS_OPEN_FILES;
        long least = wanted.limits().openFiles().map(Integer::longValue).orElse(FEW_FILES);
        String wish = "at least " + Quantities.count(least);
        known(check, MachineFact.OPEN_FILES, wish).ifPresent(found -> {
            if (found.equals("unlimited")) {
                add(check, Outcome.OK, found, wish);
                return;
            }
            long files = Long.parseLong(found);
            add(check, files >= least ? Outcome.OK : asked(wanted.limits().openFiles()), Quantities.count(files), wish);
        });
    }

    private void ports() {
        PreflightCheck check = PreflightCheck.NETWORK_PORTS;
        String wish = "at least " + Quantities.count(FEW_PORTS);
        known(check, MachineFact.PORTS, wish).ifPresent(found -> {
            String[] range = found.split(" ");
            int count = Integer.parseInt(range[1]) - Integer.parseInt(range[0]) + 1;
            add(
                    check,
                    count >= FEW_PORTS ? Outcome.OK : Outcome.WARN,
                    Quantities.count(count) + ", from " + range[0] + " to " + range[1],
                    wish);
        });
    }

    private void clock() {
        PreflightCheck check = PreflightCheck.CLOCK_SYNCHRONISED;
        known(check, MachineFact.CLOCK, "synchronised").ifPresent(found -> {
            String[] words = found.split(" ");
            boolean synchronised = words[0].equals("synchronised");
            add(
                    check,
                    synchronised ? Outcome.OK : Outcome.WARN,
                    synchronised
                            ? "synchronised, wrong by at most "
                                    + Quantities.millis(Long.parseLong(words[1]) / MICROS_PER_MILLI)
                            : "not synchronised",
                    "synchronised");
        });
    }

    // Disk

    private void diskFree() {
        PreflightCheck check = PreflightCheck.DISK_FREE;
        Optional<Double> least = wanted.limits().diskFree();
        String wish = least.map(bytes -> "at least " + Quantities.bytes(bytes)).orElse("any; see preflight.disk_free");
        known(check, MachineFact.DISK_FREE, wish).ifPresent(found -> {
            double bytes = Double.parseDouble(found);
            boolean enough = bytes >= least.orElse(0.0);
            add(check, enough ? Outcome.OK : Outcome.FAIL, Quantities.bytes(bytes), wish);
        });
    }

    private void diskKind() {
        PreflightCheck check = PreflightCheck.DISK_KIND;
        known(check, MachineFact.DISK_KIND, "NVMe").ifPresent(found -> {
            Outcome outcome = found.startsWith("NVMe")
                    ? Outcome.OK
                    : found.startsWith("virtual") || found.startsWith("disk") ? Outcome.UNKNOWN : Outcome.WARN;
            add(check, outcome, found, "NVMe");
        });
    }

    private void diskRead() {
        PreflightCheck check = PreflightCheck.DISK_READ;
        Optional<Double> least = wanted.limits().diskRead();
        String wish = least.map(rate -> "at least " + Quantities.value(rate, Unit.BYTES_PER_SECOND))
                .orElse("any; see preflight.disk_read");
        known(check, MachineFact.DISK_READ, wish).ifPresent(found -> {
            double rate = Double.parseDouble(found);
            boolean enough = rate >= least.orElse(0.0);
            add(check, enough ? Outcome.OK : Outcome.FAIL, Quantities.value(rate, Unit.BYTES_PER_SECOND), wish);
        });
    }

    // Network

    private void roundTrip() {
        PreflightCheck check = PreflightCheck.NETWORK_ROUND_TRIP;
        Duration most = wanted.limits().roundTrip().orElse(LONG_ROUND_TRIP);
        String wish = "at most " + Quantities.millis(most.toNanos() / 1e6);
        known(check, MachineFact.ROUND_TRIP, wish).ifPresent(found -> {
            List<String> each = new ArrayList<>();
            boolean slow = false;
            for (String one : found.split(", ")) {
                String target = one.substring(0, one.lastIndexOf(' '));
                double millis = Long.parseLong(one.substring(one.lastIndexOf(' ') + 1)) / MICROS_PER_MILLI;
                slow |= millis > most.toNanos() / 1e6;
                each.add(Quantities.millis(millis) + " to " + target);
            }
            add(check, slow ? asked(wanted.limits().roundTrip()) : Outcome.OK, String.join(", ", each), wish);
        });
    }

    /** What a missed limit is: one that the scenario asks for is a failure. */
    private static Outcome asked(Optional<?> limit) {
        return limit.isPresent() ? Outcome.FAIL : Outcome.WARN;
    }
}
