package dev.plimsoll.agent.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.probes.ProcFiles;
import dev.plimsoll.measurements.Reading;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the self-watch makes of a machine whose files and clock are the test's. */
class FedFilesTest {
    private static final long SECOND = 1_000_000_000;

    @TempDir
    private Path root;

    private final AtomicLong clock = new AtomicLong(SECOND);
    private MultiThreadIoEventLoopGroup group;
    private EventLoop loop;
    private SelfWatch watch;

    @BeforeEach
    void start() {
        group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        loop = group.next();
    }

    @AfterEach
    void stop() throws Exception {
        if (watch != null) {
            watch.close();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(10_000);
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** user, nice, system, idle, iowait, irq, softirq, steal. */
    private void stat(long busy, long idle, long steal) throws IOException {
        write("proc/stat", "cpu  " + busy + " 0 0 " + idle + " 0 0 0 " + steal + " 0 0\ncpu0 1 0 0 1 0 0 0 1 0 0\n");
    }

    private void watchFromNow() {
        watch = new SelfWatch(List.of(loop), () -> 0, new ProcFiles(root), clock::get);
        watch.start();
    }

    private Map<String, Reading> afterASecond() {
        clock.addAndGet(SECOND);
        return watch.flip().readings();
    }

    @Test
    void stealIsItsShareOfAllProcessorsTime() throws Exception {
        stat(1_000, 1_000, 0);
        watchFromNow();
        stat(1_050, 1_090, 60);
        // 60 of 50 + 90 + 60 ticks.
        assertEquals(Reading.of(30), afterASecond().get("generator.steal"));
        assertEquals(null, afterASecond().get("generator.steal"), "no time passed in the file: no share");
    }

    @Test
    void throttlingOfBothKindsOfCgroupIsAShareOfTime() throws Exception {
        stat(1, 1, 0);
        write("proc/self/cgroup", "0::/load\n");
        String group = "sys/fs/cgroup/load/cpu.stat";
        write(group, "usage_usec 5\nnr_periods 10\nnr_throttled 0\nthrottled_usec 1000\n");
        watchFromNow();
        write(group, "usage_usec 9\nnr_periods 20\nnr_throttled 5\nthrottled_usec 251000\n");
        assertEquals(Reading.of(25), afterASecond().get("generator.throttled"), "250 ms of a second");
        write(group, "nr_periods 30\nnr_throttled 9\nthrottled_usec 9251000\n");
        assertEquals(Reading.of(100), afterASecond().get("generator.throttled"), "nine processors' queues are held");

        write("proc/self/cgroup", "4:cpu,cpuacct:/old\n");
        write("sys/fs/cgroup/cpu/old/cpu.stat", "nr_periods 1\nnr_throttled 0\nthrottled_time 0\n");
        watch.flip();
        write("sys/fs/cgroup/cpu/old/cpu.stat", "nr_periods 9\nnr_throttled 1\nthrottled_time 400000000\n");
        assertEquals(Reading.of(40), afterASecond().get("generator.throttled"), "400 ms of a second");
    }

    @Test
    void aGroupWithoutALimitHasNoThrottlingRatherThanNone() throws Exception {
        stat(1, 1, 0);
        watchFromNow();
        Reading reading = afterASecond().get("generator.throttled");
        assertEquals(Reading.notAvailable("the agent's cgroup has no CPU limit"), reading);
    }

    @Test
    void aFileThatCannotBeReadIsSaid() throws Exception {
        stat(1, 1, 0);
        watchFromNow();
        write("proc/stat", "intr 5\n");
        Reading reading = afterASecond().get("generator.steal");
        assertTrue(assertInstanceOf(Reading.Failed.class, reading).reason().contains("/proc/stat"), reading::toString);
    }

    @Test
    void theWaitForACoreIsThatOfTheLoopsThread() throws Exception {
        stat(1, 1, 0);
        write("proc/7/task/9/schedstat", "500 1000000 3\n");
        Files.createSymbolicLink(root.resolve("proc/thread-self"), Path.of("7/task/9"));
        watchFromNow();
        awaitTimer();
        watch.flip();
        write("proc/7/task/9/schedstat", "900 351000000 5\n");
        assertEquals(Reading.of(35), afterASecond().get("generator.loop.wait"), "350 ms of a second");
        Files.delete(root.resolve("proc/7/task/9/schedstat"));
        Reading without = afterASecond().get("generator.loop.wait");
        assertInstanceOf(Reading.NotAvailable.class, without, String.valueOf(without));
    }

    @Test
    void pausesAreAddedUpAndTheLongestIsKept() throws Exception {
        stat(1, 1, 0);
        watchFromNow();
        PauseListener pauses = new PauseListener();
        pauses.stopped(30);
        pauses.stopped(70);
        pauses.stopped(50);
        assertEquals(150, pauses.totalSinceLastCallMillis());
        assertEquals(70, pauses.longestSinceLastCallMillis());
        assertEquals(0, pauses.totalSinceLastCallMillis());
        assertFalse(afterASecond().get("generator.gc.time") instanceof Reading.Failed);
    }

    /** Waits until the loop has run what it was given: its timer counts on the real clock, its lateness on ours. */
    private void awaitTimer() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (watch.flip().lag().getTotalCount() == 0) {
            assertTrue(System.nanoTime() < deadline, "no timer fired");
            LockSupport.parkNanos(1_000_000);
        }
    }
}
