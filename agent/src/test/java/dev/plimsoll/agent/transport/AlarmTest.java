package dev.plimsoll.agent.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.vertx.core.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same promises on every transport that works here. */
class AlarmTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long FAR = TimeUnit.HOURS.toNanos(1);

    static List<String> transports() {
        List<String> working = new ArrayList<>();
        for (String name : List.of("io_uring", "epoll", "nio")) {
            try {
                Transports.choose(Optional.of(name));
                working.add(name);
            } catch (IllegalArgumentException none) {
                assertFalse(name.equals("nio"), none.getMessage());
            }
        }
        return working;
    }

    /** An alarm on a loop of its own, and the instants at which it woke it. */
    private static final class Fixture implements AutoCloseable {
        private final MultiThreadIoEventLoopGroup group;
        private final EventLoop loop;
        private final BlockingQueue<Long> woken = new LinkedBlockingQueue<>();
        private final AtomicReference<Runnable> also = new AtomicReference<>(() -> {});
        private final Alarm alarm;

        Fixture(String transport) throws Exception {
            Transport chosen = Transports.choose(Optional.of(transport));
            group = new MultiThreadIoEventLoopGroup(1, chosen.implementation().ioHandlerFactory());
            loop = group.next();
            alarm = on(() -> Alarm.on(loop, this::wake));
        }

        private void wake() {
            woken.add(System.nanoTime());
            also.get().run();
        }

        <T> T on(Callable<T> task) throws Exception {
            return loop.submit(task).get(10, TimeUnit.SECONDS);
        }

        void set(long nanos) throws Exception {
            on(() -> {
                alarm.set(nanos);
                return woken.size();
            });
        }

        long next() throws InterruptedException {
            Long at = woken.poll(10, TimeUnit.SECONDS);
            assertTrue(at != null, "it did not wake the loop");
            return at;
        }

        /** Whether it stays silent until that instant: a second alarm of the same loop tells when that has come. */
        boolean silentUntil(long nanos) throws Exception {
            BlockingQueue<Integer> come = new LinkedBlockingQueue<>();
            on(() -> {
                Alarm other = Alarm.on(loop, () -> come.add(woken.size()));
                other.set(nanos);
                return other;
            });
            Integer heard = come.poll(10, TimeUnit.SECONDS);
            assertTrue(heard != null, "the second alarm did not wake the loop");
            return heard == 0;
        }

        @Override
        public void close() throws Exception {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
            assertTrue(group.awaitTermination(20, TimeUnit.SECONDS), "the loop did not end");
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void wakesTheLoopOnceAndNotBeforeItsInstant(String transport) throws Exception {
        try (Fixture fixture = new Fixture(transport)) {
            long due = System.nanoTime() + 5 * MILLI;
            fixture.set(due);
            assertTrue(fixture.next() >= due);
            assertTrue(fixture.silentUntil(System.nanoTime() + 5 * MILLI));
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void anInstantThatHasPassedWakesItAtOnceButNotWithinTheCall(String transport) throws Exception {
        try (Fixture fixture = new Fixture(transport)) {
            int within = fixture.on(() -> {
                fixture.alarm.set(System.nanoTime() - FAR);
                return fixture.woken.size();
            });
            assertEquals(0, within);
            fixture.next();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void movedToAnEarlierInstantItWakesThen(String transport) throws Exception {
        try (Fixture fixture = new Fixture(transport)) {
            fixture.set(System.nanoTime() + FAR);
            long due = System.nanoTime() + 5 * MILLI;
            fixture.set(due);
            assertTrue(fixture.next() >= due);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void putOffItDoesNotWakeAtTheFirstInstant(String transport) throws Exception {
        try (Fixture fixture = new Fixture(transport)) {
            long first = System.nanoTime() + 5 * MILLI;
            long second = first + 40 * MILLI;
            fixture.on(() -> {
                fixture.alarm.set(first);
                fixture.alarm.set(second);
                return "set";
            });
            assertTrue(fixture.next() >= second);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void movedMoreOftenThanTheKernelHasRoomForItWakesAtTheLastInstant(String transport) throws Exception {
        try (Fixture fixture = new Fixture(transport)) {
            long last = System.nanoTime() + 20 * MILLI;
            for (int i = 200; i >= 0; i--) {
                fixture.set(last + i * FAR);
            }
            assertTrue(fixture.next() >= last);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void unsetItStaysSilentAndCanBeSetAgain(String transport) throws Exception {
        try (Fixture fixture = new Fixture(transport)) {
            long first = System.nanoTime() + 5 * MILLI;
            fixture.on(() -> {
                fixture.alarm.set(first);
                fixture.alarm.unset();
                return "unset";
            });
            assertTrue(fixture.silentUntil(first + 10 * MILLI));
            long second = System.nanoTime() + MILLI;
            fixture.set(second);
            assertTrue(fixture.next() >= second);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void itsTaskMaySetItAgain(String transport) throws Exception {
        try (Fixture fixture = new Fixture(transport)) {
            AtomicInteger left = new AtomicInteger(4);
            fixture.also.set(() -> {
                if (left.getAndDecrement() > 0) {
                    fixture.alarm.set(System.nanoTime() + MILLI);
                }
            });
            fixture.set(System.nanoTime());
            long before = fixture.next();
            for (int i = 0; i < 4; i++) {
                long at = fixture.next();
                assertTrue(at - before >= MILLI, (at - before) + " ns after the one before");
                before = at;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void closedItStaysSilentAndTheLoopEnds(String transport) throws Exception {
        try (Fixture fixture = new Fixture(transport)) {
            long first = System.nanoTime() + 5 * MILLI;
            fixture.on(() -> {
                fixture.alarm.set(first);
                fixture.alarm.close();
                fixture.alarm.close();
                return "closed";
            });
            assertTrue(fixture.silentUntil(first + 10 * MILLI));
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aLoopEndsThoughAnAlarmIsSet(String transport) throws Exception {
        try (Fixture fixture = new Fixture(transport)) {
            fixture.set(System.nanoTime() + FAR);
        }
    }
}
