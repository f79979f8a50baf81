package dev.plimsoll.agent.preflight;

import dev.plimsoll.agent.probes.ProcFiles;
import dev.plimsoll.agent.sockets.SocketLimits;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code /proc} and {@code /sys} tell of how the kernel is set up. */
final class SystemFiles {
    private static final Pattern CHOSEN = Pattern.compile("\\[([a-z]+)]");
    private static final String CPU = "sys/devices/system/cpu";

    private final Path root;

    SystemFiles(Path root) {
        this.root = root;
    }

    /** The facts that it looks up. */
    List<MachineFact> names() {
        return List.of(
                MachineFact.CPU_GOVERNOR,
                MachineFact.CPU_IDLE_STATE,
                MachineFact.HUGE_PAGES,
                MachineFact.SWAP,
                MachineFact.OPEN_FILES,
                MachineFact.PORTS);
    }

    Map<MachineFact, Fact> facts() {
        Map<MachineFact, Fact> facts = new EnumMap<>(MachineFact.class);
        facts.put(MachineFact.CPU_GOVERNOR, governor());
        facts.put(MachineFact.CPU_IDLE_STATE, idleState());
        facts.put(MachineFact.HUGE_PAGES, hugePages());
        facts.put(MachineFact.SWAP, swap());
        SocketLimits limits = SocketLimits.read(root);
        facts.put(MachineFact.OPEN_FILES, openFiles(limits));
        facts.put(
                MachineFact.PORTS,
                limits.ports()
                        .map(ports -> Fact.of(ports.first() + " " + ports.last()))
                        .orElseGet(() -> Fact.absent("/proc/sys/net/ipv4/ip_local_port_range cannot be read")));
        return facts;
    }

    private Fact governor() {
        TreeSet<String> governors = new TreeSet<>();
        try (DirectoryStream<Path> cores = Files.newDirectoryStream(root.resolve(CPU), "cpu[0-9]*")) {
            for (Path core : cores) {
                text(core.resolve("cpufreq/scaling_governor")).ifPresent(governors::add);
            }
        } catch (IOException e) {
            return Fact.absent("/" + CPU + " cannot be read");
        }
        return governors.isEmpty()
                ? Fact.absent("the kernel tells no frequency governor, as in most virtual machines")
                : Fact.of(String.join(", ", governors));
    }

    /** The deepest one that is not switched off, of the first processor. */
    private Fact idleState() {
        Path states = root.resolve(CPU).resolve("cpu0/cpuidle");
        long deepest = -1;
        String name = "";
        try (DirectoryStream<Path> found = Files.newDirectoryStream(states, "state[0-9]*")) {
            for (Path state : found) {
                String latency = text(state.resolve("latency")).orElse("");
                boolean off = text(state.resolve("disable")).orElse("0").equals("1");
                if (!off && latency.matches("\\d{1,9}") && Long.parseLong(latency) > deepest) {
                    deepest = Long.parseLong(latency);
                    name = text(state.resolve("name")).orElse("?").replace(' ', '_');
                }
            }
        } catch (IOException e) {
            return Fact.absent("the kernel tells no idle states, as in most virtual machines");
        }
        return deepest < 0
                ? Fact.absent("the kernel tells no idle states, as in most virtual machines")
                : Fact.of(name + " " + deepest);
    }

    private Fact hugePages() {
        String file = "sys/kernel/mm/transparent_hugepage/enabled";
        Matcher chosen = CHOSEN.matcher(text(root.resolve(file)).orElse(""));
        return chosen.find() ? Fact.of(chosen.group(1)) : Fact.absent("/" + file + " cannot be read");
    }

    private Fact swap() {
        try {
            Map<String, Long> memory = new ProcFiles(root).memoryBytes();
            Long total = memory.get("SwapTotal");
            Long free = memory.get("SwapFree");
            return total == null || free == null
                    ? Fact.absent("/proc/meminfo tells no swap")
                    : Fact.of((total - free) + " " + total);
        } catch (IOException e) {
            return Fact.absent(String.valueOf(e.getMessage()));
        }
    }

    private Fact openFiles(SocketLimits limits) {
        if (limits.openFiles().isPresent()) {
            return Fact.of(limits.openFiles().getAsLong());
        }
        boolean unlimited = text(root.resolve("proc/self/limits")).orElse("").contains("Max open files");
        return unlimited ? Fact.of("unlimited") : Fact.absent("/proc/self/limits cannot be read");
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(
                            Files.readString(file, StandardCharsets.ISO_8859_1).strip())
                    .filter(text -> !text.isEmpty());
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }
}
