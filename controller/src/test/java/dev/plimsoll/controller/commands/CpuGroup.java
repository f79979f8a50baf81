package dev.plimsoll.controller.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A control group of this machine whose CPU time can be limited, of either version of cgroups. */
final class CpuGroup implements AutoCloseable {
    private static final String NAME =
            "plimsoll-test-" + ProcessHandle.current().pid();
    private static final int PERIOD_MICROS = 100_000;
    private static final int PERCENT = 100;

    private final Path directory;
    private final boolean unified;

    private CpuGroup(Path directory, boolean unified) {
        this.directory = directory;
        this.unified = unified;
    }

    /** A group without a limit; nothing where none can be made. */
    static Optional<CpuGroup> create() {
        return create(Path.of("/sys/fs/cgroup"), true, "cpu.max")
                .or(() -> create(Path.of("/sys/fs/cgroup/cpu"), false, "cpu.cfs_quota_us"));
    }

    private static Optional<CpuGroup> create(Path parent, boolean unified, String file) {
        Path directory = parent.resolve(NAME);
        try {
            Files.createDirectory(directory);
            if (Files.isWritable(directory.resolve(file))) {
                return Optional.of(new CpuGroup(directory, unified));
            }
            Files.delete(directory);
        } catch (IOException forbidden) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** A command with which a shell puts itself into the group. */
    String join() {
        return "echo $$ > " + directory.resolve("cgroup.procs");
    }

    /** Allows that much of one processor, in per cent. */
    void limit(int percent) throws IOException {
        int quota = PERIOD_MICROS * percent / PERCENT;
        if (unified) {
            write("cpu.max", quota + " " + PERIOD_MICROS);
        } else {
            write("cpu.cfs_period_us", String.valueOf(PERIOD_MICROS));
            write("cpu.cfs_quota_us", String.valueOf(quota));
        }
    }

    /** Allows everything. */
    void lift() throws IOException {
        write(unified ? "cpu.max" : "cpu.cfs_quota_us", unified ? "max " + PERIOD_MICROS : "-1");
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    /** Removes the group once the last of its processes is gone. */
    @Override
    public void close() throws IOException {
        lift();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Files.readString(directory.resolve("cgroup.procs")).isBlank() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        Files.delete(directory);
    }
}
