package dev.plimsoll.agent.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How late the kernel may fire a thread's timers to save wake-ups. Linux allows itself 50 µs for a thread, which is most
 * of the lag with which an event loop on epoll sends what is due; see {@code timerslack_ns} in proc(5).
 */
public final class TimerSlack {
    private static final Path SELF = Path.of("/proc/thread-self");

    private TimerSlack() {}

    /**
     * Asks for timers of the calling thread to fire on time, from now on.
     *
     * @return whether that was granted; it is not elsewhere than on Linux
     */
    public static boolean giveUp() {
        try {
            // The link's target is PID/task/TID; only the thread's own entry under /proc has the file.
            String thread = Files.readSymbolicLink(SELF).getFileName().toString();
            Files.writeString(Path.of("/proc", thread, "timerslack_ns"), "1");
            return true;
        } catch (IOException | UnsupportedOperationException | SecurityException refused) {
            return false;
        }
    }
}
