package dev.plimsoll.simulator.serving;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** The {@code process_} families, true for the simulator's own process. A value this system does not give is left out. */
final class ProcessFamily {
    private static final Path SELF = Path.of("/proc/self");

    void write(PrometheusText out) {
        if (Files.isReadable(SELF.resolve("statm"))) {
            try {
                memory(out);
            } catch (IOException e) {
                return;
            }
        }
        out.gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                "",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0);
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.UnixOperatingSystemMXBean system) {
            out.family("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.");
            out.sample("process_cpu_seconds_total", "", system.getProcessCpuTime() / 1e9);
            out.gauge("process_open_fds", "Number of open file descriptors.", "", system.getOpenFileDescriptorCount());
            out.gauge(
                    "process_max_fds",
                    "Maximum number of open file descriptors.",
                    "",
                    system.getMaxFileDescriptorCount());
        }
    }

    /** {@code statm} gives the size and the resident set in pages of 4 KiB. */
    private static void memory(PrometheusText out) throws IOException {
        String[] pages = Files.readString(SELF.resolve("statm")).split(" ");
        out.gauge(
                "process_virtual_memory_bytes", "Virtual memory size in bytes.", "", Long.parseLong(pages[0]) * 4096.0);
        out.gauge(
                "process_resident_memory_bytes",
                "Resident memory size in bytes.",
                "",
                Long.parseLong(pages[1]) * 4096.0);
    }
}
