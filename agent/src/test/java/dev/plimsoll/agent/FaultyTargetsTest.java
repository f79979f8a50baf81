package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.simulator.FaultPlan;
import dev.plimsoll.simulator.Faults;
import dev.plimsoll.simulator.Faults.Fate;
import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.Vertx;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Servers that fail in every way at once: each failure is counted once, in its class. */
class FaultyTargetsTest {
    private static final int REQUESTS = 60;
    private static Vertx vertx = Vertx.vertx();

    @BeforeContainer
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterContainer
    static void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    /**
     * Each fault is drawn with a share of 0 to 1/5. {@link LegReports} checks the sum after every interval. Connections
     * are not used again: the server closes one after a truncated stream, and a request that another sent on it just
     * then would be reset before the server draws for it.
     */
    @Property(tries = 4, seed = "20261124", shrinking = ShrinkingMode.OFF)
    void everyFaultIsInItsErrorClass(
            @ForAll @IntRange(max = 20) int errors,
            @ForAll @IntRange(max = 20) int resets,
            @ForAll @IntRange(max = 20) int stalls,
            @ForAll @IntRange(max = 20) int truncated,
            @ForAll @IntRange(max = 20) int events)
            throws Exception {
        FaultPlan plan = FaultPlan.builder()
                .errors(errors / 100.0, 503)
                .resets(resets / 100.0)
                .stall(stalls / 100.0, 2, Optional.empty())
                .truncated(truncated / 100.0)
                .errorEvents(events / 100.0)
                .build();
        SimulatorOptions options = SimulatorOptions.builder()
                .models("truth")
                .seed(7)
                .speed(10)
                .faults(plan)
                .build();
        Simulator simulator = Simulator.start(vertx, options).await(20, TimeUnit.SECONDS);
        try (TestAgent agent = new TestAgent(2)) {
            LegReports leg = agent.run(yaml(simulator.url()), 2);
            RequestCounts counts = leg.counts("load");
            assertEquals(REQUESTS, counts.scheduled());
            Map<Fate, Integer> fates = fates(plan);
            assertEquals(fates.getOrDefault(Fate.NONE, 0).longValue(), counts.succeeded(), counts::toString);
            assertEquals(expected(fates), counts.errors());
        } finally {
            simulator.close().await(20, TimeUnit.SECONDS);
        }
    }

    /** What the server draws: the same plan and seed, once for each request, in whatever order they come. */
    private static Map<Fate, Integer> fates(FaultPlan plan) {
        Faults faults = new Faults(plan, 7, System::nanoTime);
        Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
        for (int i = 0; i < REQUESTS; i++) {
            fates.merge(plan.isNone() ? Fate.NONE : faults.draw(plan), 1, Integer::sum);
        }
        return fates;
    }

    private static Map<ErrorClass, Long> expected(Map<Fate, Integer> fates) {
        Map<ErrorClass, Long> expected = new EnumMap<>(ErrorClass.class);
        fates.forEach((fate, count) -> {
            switch (fate) {
                case NONE -> {}
                case STALL -> expected.put(ErrorClass.TIMEOUT, count.longValue());
                case ERROR -> expected.put(ErrorClass.HTTP_5XX, count.longValue());
                case RESET -> expected.put(ErrorClass.RESET, count.longValue());
                case TRUNCATE -> expected.put(ErrorClass.TRUNCATED, count.longValue());
                case ERROR_EVENT -> expected.put(ErrorClass.STREAM_ERROR, count.longValue());
            }
        });
        return expected;
    }

    private static String yaml(String url) {
        return """
                name: faults
                target: {url: "%s", api: openai-chat, model: truth, timeout: 3s, connections: {reuse: false}}
                workload: [{name: ask, input: {tokens: 8}, output: {tokens: 12, exact: true}}]
                phases: [{name: load, duration: 600ms, rate: 100/s, arrivals: constant}]
                """.formatted(url);
    }
}
