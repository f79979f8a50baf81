package dev.plimsoll.controller.service;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What tells a process of this machine from every other one, also from a later one with the same number.
 *
 * @param pid its number
 * @param started when it was started: on Linux the machine's start and the clock ticks since then, which no change of the
 *     clock moves; elsewhere the time
 */
record ProcessMark(long pid, String started) {
    /* Of /proc/PID/stat, counted from after the name, which may hold anything: see proc_pid_stat(5). */
    private static final int STATE = 0;
    private static final int START_TICKS = 19;
    private static final List<String> DEAD = List.of("Z", "X", "x");

    private static final Path PROC = Path.of("/proc");
    private static final Path BOOT = PROC.resolve("sys/kernel/random/boot_id");

    /** Checks the components. */
    ProcessMark {
        requireNonNull(started, "started");
        if (pid <= 0) {
            throw new IllegalArgumentException("a process has a number above zero, not " + pid);
        }
    }

    /** Of the process that has this number now; absent when none that lives has it. */
    static Optional<ProcessMark> of(long pid) {
        if (!Files.isReadable(BOOT)) {
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .flatMap(process -> process.info().startInstant())
                    .map(start -> new ProcessMark(pid, start.toString()));
        }
        try {
            String stat =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
            /* One that has died stays in the list until its parent, or who took its place, has looked. */
            return DEAD.contains(fields[STATE])
                    ? Optional.empty()
                    : Optional.of(new ProcessMark(pid, Files.readString(BOOT).strip() + "/" + fields[START_TICKS]));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Whether it lives. */
    boolean isAlive() {
        return of(pid).equals(Optional.of(this));
    }

    /** Asks it to end; does nothing when it has. */
    void end() {
        ProcessHandle.of(pid).filter(process -> isAlive()).ifPresent(ProcessHandle::destroy);
    }

    /** Ends it at once; does nothing when it has ended. */
    void kill() {
        ProcessHandle.of(pid).filter(process -> isAlive()).ifPresent(ProcessHandle::destroyForcibly);
    }
}
