package dev.plimsoll.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.plimsoll.agent.probes.ProcFiles;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Reading;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelfWatchTest {
    private static final long MILLI = 1_000_000;

    private MultiThreadIoEventLoopGroup group;
    private EventLoop loop;
    private SelfWatch watch;

    @BeforeEach
    void start() {
        group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        loop = group.next();
        watch = new SelfWatch(List.of(loop), () -> 17, new ProcFiles(Path.of("/")), System::nanoTime);
        watch.start();
    }

    @AfterEach
    void stop() throws Exception {
        watch.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(10_000);
    }

    /** Keeps the loop busy; the clock counts, not the processor. */
    private void block(long nanos) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> {
            long end = System.nanoTime() + nanos;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            done.countDown();
        });
        assertTrue(done.await(30, TimeUnit.SECONDS));
    }

    private static double value(SelfWatch.Interval interval, String name) {
        return interval.readings().get(name).asDouble().orElseThrow();
    }

    @Test
    void aBlockedLoopIsLateByAsLongAsItWasBlocked() throws Exception {
        block(1);
        watch.flip();
        block(200 * MILLI);
        // Those due 0, 10, … 170 ms after the block began are 20 ms late or more when it ends: 18, each made up for.
        double latest = 0;
        long late = 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (late < 15 && System.nanoTime() < deadline) {
            SelfWatch.Interval interval = watch.flip();
            latest = Math.max(latest, value(interval, "generator.event_loop_lag"));
            late += interval.lag().getCountBetweenValues(20 * MILLI, Histograms.HIGHEST_NANOS);
            LockSupport.parkNanos(MILLI);
        }
        assertTrue(latest >= 180, "latest: " + latest);
        assertTrue(late >= 15, "timers: " + late);
    }

    @Test
    void aLoopThatIsStuckNowIsLateAlready() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        long start = System.nanoTime();
        while (System.nanoTime() - start < 100 * MILLI) {
            LockSupport.parkNanos(MILLI);
        }
        SelfWatch.Interval interval = watch.flip();
        release.countDown();
        assertTrue(value(interval, "generator.event_loop_lag") >= 80, interval.toString());
    }

    @Test
    void aBusyLoopShowsInItsCpu() throws Exception {
        block(30 * MILLI);
        awaitTimer();
        watch.flip();
        block(500 * MILLI);
        SelfWatch.Interval interval = watch.flip();
        // Other processes may take the processor meanwhile, so only a part is asked for.
        assertTrue(value(interval, "generator.loop.cpu") > 20, interval.toString());
        assertTrue(value(interval, "generator.cpu") > 0, interval.toString());
    }

    @Test
    void everyReadingIsInTheCatalogue() throws Exception {
        awaitTimer();
        watch.flip();
        block(20 * MILLI);
        Map<String, Reading> readings = watch.flip().readings();
        readings.forEach((name, reading) -> {
            assertTrue(Metrics.find(name).isPresent(), name);
            assertFalse(reading instanceof Reading.Failed, name + " " + reading);
        });
        long generator = Metrics.all().stream()
                .filter(metric -> metric.name().startsWith("generator."))
                .count();
        assertEquals(generator, readings.size(), readings.toString());
        assertEquals(Reading.of(17), readings.get("generator.sockets"));
    }

    @Test
    void aCollectionShowsAsAPause() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        double longest = 0;
        byte[][] ballast = new byte[200][];
        for (int i = 0; i < ballast.length; i++) {
            ballast[i] = new byte[200_000];
        }
        while (longest < 1 && System.nanoTime() < deadline) {
            System.gc();
            longest = value(watch.flip(), "generator.gc.pause");
        }
        assertTrue(longest >= 1, "longest pause " + longest + " ms with " + ballast.length + " arrays");
    }

    /** The message is the JVM's own, of Linux. */
    @Test
    void descriptorsThatCannotBeCountedForWantOfOneAreAllInUse() {
        Reading limit = Reading.of(64);
        assertEquals(Reading.of(40), SelfWatch.used(() -> 40, limit));
        Reading none = SelfWatch.used(
                () -> {
                    throw new InternalError("errno: 24 error: Unable to open directory /proc/self/fd\n");
                },
                limit);
        assertEquals(limit, none);
        Reading other = SelfWatch.used(
                () -> {
                    throw new InternalError("errno: 2 error: Unable to open directory /proc/self/fd\n");
                },
                limit);
        assertTrue(other instanceof Reading.Failed, other::toString);
    }

    @Test
    void theTimerAllocatesNothing() throws Exception {
        AtomicLong now = new AtomicLong();
        LoopTimer timer = new LoopTimer(loop, now::get);
        for (int i = 0; i < 20_000; i++) {
            now.addAndGet(SelfWatch.TIMER_NANOS);
            timer.run();
        }
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            now.addAndGet(SelfWatch.TIMER_NANOS);
            timer.run();
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 10_000, allocated + " bytes in 100,000 firings");
    }

    @Test
    void collectorsThatRunBesideTheApplicationAreNoPauses() {
        assertTrue(PauseListener.stopsTheWorld("G1 Young Generation"));
        assertTrue(PauseListener.stopsTheWorld("ZGC Minor Pauses"));
        assertTrue(PauseListener.stopsTheWorld("PS MarkSweep"));
        assertFalse(PauseListener.stopsTheWorld("ZGC Major Cycles"));
        assertFalse(PauseListener.stopsTheWorld("G1 Concurrent GC"));
    }

    private void awaitTimer() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (watch.flip().lag().getTotalCount() == 0) {
            assertTrue(System.nanoTime() < deadline, "no timer fired");
            LockSupport.parkNanos(MILLI);
        }
    }
}
