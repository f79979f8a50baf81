package dev.plimsoll.agent.preflight;

import dev.plimsoll.measurements.Fact;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * What the kernel knows of its clock, by {@code adjtimex(2)}: whether something keeps it synchronised, and how wrong it may
 * be. That holds for chrony, ntpd, systemd-timesyncd and PTP alike, and needs no rights.
 */
final class KernelClock {
    /** {@code sizeof(struct timex)} is 208 on 64-bit Linux. */
    private static final int ROOM = 256;

    private static final int MAX_ERROR_OFFSET = 24;
    private static final int STATUS_OFFSET = 40;
    private static final int UNSYNCHRONISED = 0x40;

    private KernelClock() {}

    /** As {@code dev.plimsoll.measurements.MachineFact.CLOCK} says. */
    @SuppressWarnings("restricted") // The program is started with --enable-native-access.
    static Fact read() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "");
        if (!system.equals("linux") || !machine.matches("amd64|x86_64|aarch64")) {
            return Fact.absent("it can be asked for on 64-bit Linux only");
        }
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            MemorySegment function = linker.defaultLookup()
                    .find("adjtimex")
                    .orElseThrow(() -> new IllegalStateException("the C library has no adjtimex"));
            MethodHandle adjtimex =
                    linker.downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            MemorySegment timex = arena.allocate(ROOM, Long.BYTES);
            int state = (int) adjtimex.invokeExact(timex);
            if (state < 0) {
                return Fact.absent("the kernel does not let this process ask (adjtimex)");
            }
            boolean synchronised = (timex.get(ValueLayout.JAVA_INT, STATUS_OFFSET) & UNSYNCHRONISED) == 0;
            long micros = timex.get(ValueLayout.JAVA_LONG, MAX_ERROR_OFFSET);
            return Fact.of((synchronised ? "synchronised " : "unsynchronised ") + micros);
        } catch (Throwable e) {
            // A downcall may throw anything, as its signature says; without it, nothing is known, and nothing is lost.
            return Fact.absent("the kernel could not be asked (adjtimex): " + e.getMessage());
        }
    }
}
