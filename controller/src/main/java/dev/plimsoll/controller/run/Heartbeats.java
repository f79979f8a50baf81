package dev.plimsoll.controller.run;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Tells which agents have been silent for too long. Time in which this process itself stood still (a collection, a
 * suspended machine) is not held against them. One thread.
 */
final class Heartbeats {
    private static final long STALL_NANOS = Duration.ofMillis(700).toNanos();

    private final long limitNanos;
    private long lastLook;
    private long awakeSince;

    /** Allows that long a silence. */
    Heartbeats(Duration limit, long nanos) {
        limitNanos = limit.toNanos();
        lastLook = nanos;
        awakeSince = nanos;
    }

    /** Those silent for too long at this instant. Look often: a pause between looks counts as a pause of this process. */
    List<AgentLink> silent(Collection<AgentLink> links, long nanos) {
        if (nanos - lastLook > STALL_NANOS) {
            awakeSince = nanos;
        }
        lastLook = nanos;
        return links.stream()
                .filter(link -> !link.isLost())
                .filter(link -> nanos - Math.max(link.lastHeard(), awakeSince) > limitNanos)
                .toList();
    }
}
