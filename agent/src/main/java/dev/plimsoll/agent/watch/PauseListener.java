package dev.plimsoll.agent.watch;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * Listens for garbage collections of this JVM and keeps how long they stopped it. Resolution 1 ms. Safe for use by
 * several threads.
 */
final class PauseListener implements NotificationListener {
    private final AtomicLong longestMillis = new AtomicLong();
    private final AtomicLong totalMillis = new AtomicLong();

    void register() {
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (bean instanceof NotificationEmitter emitter) {
                emitter.addNotificationListener(this, null, null);
            }
        }
    }

    void unregister() {
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (bean instanceof NotificationEmitter emitter) {
                try {
                    emitter.removeNotificationListener(this);
                } catch (ListenerNotFoundException e) {
                    continue; // it was not registered
                }
            }
        }
    }

    @Override
    public void handleNotification(Notification notification, Object handback) {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            var info = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
            if (stopsTheWorld(info.getGcName())) {
                stopped(info.getGcInfo().getDuration());
            }
        }
    }

    /** A pause of that length has ended. */
    void stopped(long millis) {
        longestMillis.accumulateAndGet(millis, Math::max);
        totalMillis.addAndGet(millis);
    }

    /** Whether a collector's collections are pauses; the others run beside the application. */
    static boolean stopsTheWorld(String collector) {
        return !collector.endsWith("Cycles") && !collector.equals("G1 Concurrent GC");
    }

    /** The longest pause since the last call, in ms; 0 when there was none. */
    long longestSinceLastCallMillis() {
        return longestMillis.getAndSet(0);
    }

    /** All pauses since the last call together, in ms. */
    long totalSinceLastCallMillis() {
        return totalMillis.getAndSet(0);
    }
}
