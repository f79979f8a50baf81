package dev.plimsoll.agent.probes;

import static java.util.Objects.requireNonNull;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What Linux tells of the machine and of this process' control group, in files.
 *
 * <p>A file or a line that is not there gives nothing, never zero; where there must be something, a
 * {@link FileNotFoundException} tells a file that is not there from one that cannot be read. Safe for use by several threads.
 */
public final class ProcFiles {
    private static final long MICROS_PER_NANO_DIVISOR = 1_000;

    private final Path root;

    /**
     * Reads below that directory.
     *
     * @param root {@code /}, or the root of a copy
     */
    public ProcFiles(Path root) {
        this.root = requireNonNull(root, "root");
    }

    /**
     * The processors' times since the start of the machine.
     *
     * @throws IOException if {@code /proc/stat} cannot be read
     */
    public CpuTimes cpuTimes() throws IOException {
        Map<String, CpuTimes.Core> cores = new LinkedHashMap<>();
        for (String line : lines("proc/stat")) {
            if (line.startsWith("cpu")) {
                String[] fields = line.trim().split("\\s+");
                cores.put(fields[0], CpuTimes.Core.parse(fields));
            }
        }
        CpuTimes.Core all = cores.remove("cpu");
        if (all == null) {
            throw new IOException("/proc/stat has no line \"cpu\"");
        }
        return new CpuTimes(all, cores);
    }

    /**
     * Time for which this process' control group was held back because its CPU quota was used up, in µs since the group
     * was made; nothing where there is no quota. It counts each processor's queue, so it can grow faster than time.
     */
    public OptionalLong throttledMicros() throws IOException {
        for (String line : linesIfThere("proc/self/cgroup")) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            boolean unified = parts[0].equals("0") && parts[1].isEmpty();
            boolean cpu = List.of(parts[1].split(",")).contains("cpu");
            List<String> mounts = unified
                    ? List.of("sys/fs/cgroup", "sys/fs/cgroup/unified")
                    : cpu ? List.of("sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu,cpuacct") : List.of();
            for (String mount : mounts) {
                // Inside a container the path may be the host's, while the mount is already the container's group.
                for (String group : List.of(mount + parts[2], mount)) {
                    OptionalLong micros = throttled(group.replaceAll("/+$", "") + "/cpu.stat");
                    if (micros.isPresent()) {
                        return micros;
                    }
                }
            }
        }
        return OptionalLong.empty();
    }

    private OptionalLong throttled(String file) throws IOException {
        Map<String, Long> values = new HashMap<>();
        for (String line : linesIfThere(file)) {
            String[] fields = line.trim().split("\\s+");
            if (fields.length == 2) {
                values.put(fields[0], number(fields[1], file));
            }
        }
        // The root group, and a group without a quota, has no periods.
        if (values.getOrDefault("nr_periods", 0L) == 0) {
            return OptionalLong.empty();
        }
        Long micros = values.get("throttled_usec");
        Long nanos = values.get("throttled_time");
        return micros != null
                ? OptionalLong.of(micros)
                : nanos != null ? OptionalLong.of(nanos / MICROS_PER_NANO_DIVISOR) : OptionalLong.empty();
    }

    /** The calling thread's directory below {@code /proc}, such as {@code 12/task/34}; nothing where there is none. */
    public Optional<String> thisThread() {
        try {
            return Optional.of(
                    Files.readSymbolicLink(root.resolve("proc/thread-self")).toString());
        } catch (IOException | UnsupportedOperationException elsewhere) {
            return Optional.empty();
        }
    }

    /**
     * Time for which a thread was ready to run and had no processor, in nanoseconds since its start, as the scheduler
     * counts it (sched-stats of the kernel's documentation); nothing where the kernel does not count.
     *
     * @param thread a directory below {@code /proc}, from {@link #thisThread}
     */
    public OptionalLong waitedNanos(String thread) throws IOException {
        String file = "proc/" + thread + "/schedstat";
        for (String line : linesIfThere(file)) {
            String[] fields = line.trim().split("\\s+");
            if (fields.length >= 2) {
                return OptionalLong.of(number(fields[1], "/" + file));
            }
        }
        return OptionalLong.empty();
    }

    /** The load average over one minute. */
    public double loadAverage() throws IOException {
        return decimal(lines("proc/loadavg").getFirst().split(" ")[0], "/proc/loadavg");
    }

    /** Memory in bytes, by the names of {@code /proc/meminfo}. */
    public Map<String, Long> memoryBytes() throws IOException {
        Map<String, Long> bytes = new HashMap<>();
        for (String line : lines("proc/meminfo")) {
            String[] fields = line.split(":?\\s+");
            if (fields.length == 3 && fields[2].equals("kB")) {
                bytes.put(fields[0], number(fields[1], "/proc/meminfo") * 1024);
            }
        }
        return bytes;
    }

    /**
     * Time in which some task waited for {@code cpu}, {@code memory} or {@code io} since the start of the machine, in µs;
     * nothing where the kernel does not tell.
     */
    public OptionalLong pressureMicros(String resource) throws IOException {
        for (String line : linesIfThere("proc/pressure/" + resource)) {
            String[] fields = line.split(" ");
            String last = fields[fields.length - 1];
            if (fields[0].equals("some") && last.startsWith("total=")) {
                return OptionalLong.of(number(last.substring("total=".length()), "/proc/pressure/" + resource));
            }
        }
        return OptionalLong.empty();
    }

    /** Page faults that read from disk since the start of the machine; nothing where the kernel does not tell. */
    public OptionalLong majorFaults() throws IOException {
        for (String line : linesIfThere("proc/vmstat")) {
            String[] fields = line.split(" ");
            if (fields.length == 2 && fields[0].equals("pgmajfault")) {
                return OptionalLong.of(number(fields[1], "/proc/vmstat"));
            }
        }
        return OptionalLong.empty();
    }

    /** Bytes received and sent by each network interface but the loopback. */
    public Map<String, Traffic> traffic() throws IOException {
        Map<String, Traffic> traffic = new LinkedHashMap<>();
        for (String line : lines("proc/net/dev")) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String name = line.substring(0, colon).trim();
            String[] fields = line.substring(colon + 1).trim().split("\\s+");
            if (!name.equals("lo") && fields.length > 8) {
                traffic.put(name, new Traffic(number(fields[0], "/proc/net/dev"), number(fields[8], "/proc/net/dev")));
            }
        }
        return traffic;
    }

    /**
     * An interface's counters.
     *
     * @param received bytes
     * @param sent bytes
     */
    public record Traffic(long received, long sent) {}

    /** TCP segments sent again. */
    public OptionalLong retransmits() throws IOException {
        List<String[]> tcp = new ArrayList<>();
        for (String line : lines("proc/net/snmp")) {
            if (line.startsWith("Tcp:")) {
                tcp.add(line.trim().split("\\s+"));
            }
        }
        if (tcp.size() == 2 && tcp.getFirst().length == tcp.getLast().length) {
            int column = List.of(tcp.getFirst()).indexOf("RetransSegs");
            if (column > 0) {
                return OptionalLong.of(number(tcp.getLast()[column], "/proc/net/snmp"));
            }
        }
        return OptionalLong.empty();
    }

    private List<String> lines(String file) throws IOException {
        Optional<String> text = text(file);
        if (text.isEmpty()) {
            throw new FileNotFoundException("/" + file + " is not there");
        }
        if (text.get().isBlank()) {
            throw new IOException("/" + file + " is empty");
        }
        return text.get().lines().toList();
    }

    private List<String> linesIfThere(String file) throws IOException {
        return text(file).map(text -> text.lines().toList()).orElse(List.of());
    }

    private Optional<String> text(String file) throws IOException {
        try {
            return Optional.of(Files.readString(root.resolve(file), StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // The kernel answers so for pressure when it was built with it but started without.
            if (file.startsWith("proc/pressure/")) {
                return Optional.empty();
            }
            throw new IOException("cannot read /" + file + ": " + e.getMessage(), e);
        }
    }

    private static long number(String text, String file) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("\"" + text + "\" in " + file + " is no number", e);
        }
    }

    private static double decimal(String text, String file) throws IOException {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IOException("\"" + text + "\" in " + file + " is no number", e);
        }
    }
}
