package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.scenarios.Node;
import dev.plimsoll.scenarios.ProbeSpec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProbesTest {
    private static final Duration FAST = Duration.ofMillis(100);

    private Vertx vertx;
    private final ConcurrentLinkedQueue<NodeSample> samples = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    /** A probe of the metric {@code m} that answers what it is told to. */
    private static final class Told implements Probe {
        private final Supplier<Future<Map<String, Reading>>> answer;
        private final AtomicInteger asked = new AtomicInteger();
        private volatile Optional<String> remark = Optional.empty();
        private volatile boolean closed;

        Told(Supplier<Future<Map<String, Reading>>> answer) {
            this.answer = answer;
        }

        @Override
        public String type() {
            return "told";
        }

        @Override
        public Set<String> metrics() {
            return Set.of("m");
        }

        @Override
        public Future<Map<String, Reading>> sample() {
            asked.incrementAndGet();
            return answer.get();
        }

        @Override
        public Optional<String> remark() {
            return remark;
        }

        @Override
        public Future<Void> close() {
            closed = true;
            return Future.succeededFuture();
        }
    }

    private static Told healthy() {
        return new Told(() -> Future.succeededFuture(Map.of("m", Reading.of(1))));
    }

    private static Node node(String name, Duration interval) {
        return new Node(name, Optional.empty(), List.of(new ProbeSpec.Local()), interval);
    }

    private Probes start(Map<String, Probe> probes, Duration interval) {
        return Probes.start(
                vertx,
                "agent-1",
                probes.keySet().stream().map(name -> node(name, interval)).toList(),
                samples::add,
                remark -> {},
                (node, spec, fetch, workers) -> {
                    Probe probe = probes.get(node.name());
                    if (probe == null) {
                        throw new AssertionError(node.name());
                    }
                    return probe;
                },
                InstantSource.system());
    }

    private List<NodeSample> of(String node) {
        return samples.stream().filter(sample -> sample.node().equals(node)).toList();
    }

    private static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void instantsAreWholeIntervalsAndNeverTwice() {
        assertEquals(2_000, Sampler.nextInstant(1_234, -1, 1_000));
        // On the instant itself, the next one.
        assertEquals(3_000, Sampler.nextInstant(2_000, 2_000, 1_000));
        // A timer that fired a little early is not asked to fire again for the same instant.
        assertEquals(3_000, Sampler.nextInstant(1_999, 2_000, 1_000));
        // One that was late passes over what it missed.
        assertEquals(6_000, Sampler.nextInstant(5_100, 2_000, 1_000));
        // The clock was set back, and before the epoch.
        assertEquals(1_000, Sampler.nextInstant(10, 900_000, 1_000));
        assertEquals(0, Sampler.nextInstant(-10, 900_000, 1_000));
    }

    @Test
    void samplesAtOnceAndThenAtWholeIntervals() throws Exception {
        Told probe = healthy();
        long before = System.currentTimeMillis() * 1_000;
        Probes probes = start(Map.of("a", probe), FAST);
        until("ten samples", () -> of("a").size() >= 10);
        await(probes.stop());
        List<NodeSample> taken = of("a");
        assertTrue(taken.getFirst().wallMicros() >= before, taken.toString());
        NodeSample second = taken.get(1);
        assertEquals("told", second.probe());
        assertEquals("agent-1", second.agent());
        assertEquals(Map.of("m", Reading.of(1)), second.readings());
        // A timer is late on a busy machine, so it is the median that must be near a whole interval.
        List<Long> offsets = taken.subList(1, 10).stream()
                .map(sample -> (sample.wallMicros() + 10_000) % 100_000)
                .sorted()
                .toList();
        assertTrue(offsets.get(4) < 60_000, offsets.toString());
    }

    @Test
    void theLastSampleIsTakenOnStopAndTheProbeClosed() throws Exception {
        Told probe = healthy();
        Probes probes = start(Map.of("a", probe), Duration.ofHours(1));
        until("the first sample", () -> of("a").size() == 1);
        await(probes.stop());
        await(probes.stop());
        assertEquals(2, of("a").size());
        assertTrue(probe.closed);
    }

    @Test
    void aProbeThatHangsFailsDelaysNoOtherAndIsNotAskedAgain() throws Exception {
        Promise<Map<String, Reading>> never = Promise.promise();
        AtomicInteger count = new AtomicInteger();
        Told hung = new Told(() ->
                count.incrementAndGet() == 1 ? never.future() : Future.succeededFuture(Map.of("m", Reading.of(1))));
        Told fine = healthy();
        Probes probes = start(Map.of("hung", hung, "fine", fine), FAST);
        until("failed readings", () -> of("hung").size() >= 3);
        assertEquals(1, hung.asked.get());
        // The hung one was overdue after 2 s, which is 20 intervals.
        assertTrue(of("fine").size() >= 5, "samples beside: " + of("fine").size());
        of("hung")
                .forEach(sample ->
                        assertEquals(Map.of("m", Reading.failed("no answer within 2000 ms")), sample.readings()));
        // Late, the answer is dropped, and the probe is asked again.
        never.complete(Map.of("m", Reading.of(-1)));
        until("asked again", () -> hung.asked.get() > 1);
        await(probes.stop());
        assertTrue(of("hung").stream()
                .noneMatch(sample -> Reading.of(-1).equals(sample.readings().get("m"))));
    }

    @Test
    void stoppingDoesNotWaitForAProbeThatHangs() throws Exception {
        Told hung = new Told(() -> Promise.<Map<String, Reading>>promise().future());
        Probes probes = start(Map.of("hung", hung), Duration.ofHours(1));
        until("asked", () -> hung.asked.get() == 1);
        await(probes.stop());
        assertEquals(List.of(), of("hung"));
        assertTrue(hung.closed);
    }

    @Test
    void whatAProbeThrowsOrGivesInsteadOfReadingsIsAFailure() throws Exception {
        Map<String, Reading> holes = new HashMap<>();
        holes.put("m", null);
        holes.put(null, Reading.of(1));
        Map<String, Probe> broken = Map.of(
                "throws",
                        new Told(() -> {
                            throw new IllegalStateException("broken");
                        }),
                "fails", new Told(() -> Future.failedFuture(new java.io.IOException())),
                "null", new Told(() -> Future.succeededFuture(null)),
                "holes", new Told(() -> Future.succeededFuture(holes)));
        Probes probes = start(broken, FAST);
        until("two samples each", () -> broken.keySet().stream().allMatch(name -> of(name).size() >= 2));
        await(probes.stop());
        assertEquals(
                Map.of("m", Reading.failed("broken")), of("throws").getFirst().readings());
        assertEquals(
                Map.of("m", Reading.failed("IOException")),
                of("fails").getFirst().readings());
        for (String name : Set.of("null", "holes")) {
            of(name).forEach(sample ->
                    assertInstanceOf(Reading.Failed.class, sample.readings().get("m"), name));
        }
    }

    @Test
    void metricsKnownFromAnEarlierSampleFailToo() throws Exception {
        AtomicInteger count = new AtomicInteger();
        Told probe = new Told(() -> count.incrementAndGet() == 1
                ? Future.succeededFuture(Map.of("other", Reading.of(1)))
                : Future.failedFuture("gone"));
        Probes probes = start(Map.of("a", probe), FAST);
        until("a second sample", () -> of("a").size() >= 2);
        await(probes.stop());
        assertEquals(
                Map.of("m", Reading.failed("gone"), "other", Reading.failed("gone")),
                of("a").get(1).readings());
    }

    @Test
    void aConsumerThatThrowsDoesNotEndTheSampling() throws Exception {
        Told probe = healthy();
        ConcurrentLinkedQueue<Throwable> reported = new ConcurrentLinkedQueue<>();
        vertx.exceptionHandler(reported::add);
        Probes probes = Probes.start(
                vertx,
                "agent-1",
                List.of(node("a", FAST)),
                sample -> {
                    throw new IllegalStateException("full");
                },
                remark -> {},
                (node, spec, fetch, workers) -> probe,
                InstantSource.system());
        until("asked on", () -> probe.asked.get() >= 3);
        await(probes.stop());
        assertTrue(probe.closed);
        assertEquals("full", reported.element().getMessage());
    }

    @Test
    void aSampleBearsTheInstantThatItsProbeNames() throws Exception {
        Instant instant = Instant.parse("2026-01-01T00:00:00.5Z");
        Probe late = new Probe() {
            @Override
            public String type() {
                return "late";
            }

            @Override
            public Future<Map<String, Reading>> sample() {
                return Future.succeededFuture(Map.of("m", Reading.of(1)));
            }

            @Override
            public Future<Map<String, Reading>> lastSample() {
                return Future.succeededFuture(Map.of("m", Reading.of(2)));
            }

            @Override
            public Optional<Instant> instant() {
                return Optional.of(instant);
            }

            @Override
            public Future<Void> close() {
                return Future.succeededFuture();
            }
        };
        Probes probes = start(Map.of("a", late), Duration.ofHours(1));
        until("the first sample", () -> of("a").size() == 1);
        await(probes.stop());
        // 2026-01-01 is day 20,454 of the epoch.
        long micros = (20_454L * 86_400_000 + 500) * 1_000;
        assertEquals(
                List.of(micros, micros),
                of("a").stream().map(NodeSample::wallMicros).toList());
        assertEquals(Map.of("m", Reading.of(2)), of("a").getLast().readings());
    }

    @Test
    void withoutNodesThereIsNothingToDo() throws Exception {
        await(Probes.start(vertx, "agent-1", List.of(), samples::add, remark -> {})
                .stop());
        assertEquals(List.of(), List.copyOf(samples));
    }

    @Test
    void tellsTheFirstRemarkOfAProbeOnce() throws Exception {
        ConcurrentLinkedQueue<Probes.Remark> remarks = new ConcurrentLinkedQueue<>();
        Told probe = healthy();
        probe.remark = Optional.of("slower than it is asked");
        Probes probes = Probes.start(
                vertx,
                "agent-1",
                List.of(node("a", FAST)),
                samples::add,
                remarks::add,
                (node, spec, fetch, workers) -> probe,
                InstantSource.system());
        until("asked on", () -> probe.asked.get() >= 3);
        await(probes.stop());
        assertEquals(List.of(new Probes.Remark("a", probe.type(), "slower than it is asked")), List.copyOf(remarks));
    }

    @Test
    void realProbesAreSampledTogether() throws Exception {
        try (PageServer server = new PageServer()) {
            server.page(PageServer.resource("vllm-0.32.0.txt"));
            Node node = new Node(
                    "n", Optional.empty(), List.of(new ProbeSpec.Local(), new ProbeSpec.Vllm(server.url())), FAST);
            Probes probes = Probes.start(vertx, "agent-1", List.of(node), samples::add, remark -> {});
            until("rates of both", () -> has("vllm.tokens.generation") && has("cpu.utilization"));
            await(probes.stop());
        }
    }

    private boolean has(String metric) {
        return samples.stream()
                .map(sample -> sample.readings().get(metric))
                .anyMatch(reading -> reading instanceof Reading.Value);
    }
}
