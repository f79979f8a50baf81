package dev.plimsoll.benchmarks;

import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.Work.Expectation;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import io.vertx.core.transport.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * A stall of a second at 1,000 requests/s over 20 s, as theory has it and as the engine measures it.
 *
 * <p>1,000 of 20,000 requests are due while the server stands still, and wait from 1 s down to nothing: uniform over
 * 0…1 s. P(latency > x) = 0.05 · (1 − x), so p99 is 1 − 0.01 / 0.05 = 0.8 s, p97 is 0.4 s, and the mean grows by
 * 0.05 · 0.5 s = 25 ms over that of the same load without a stall, which is measured first. A second pair of lines has
 * ten connections, the most that a closed loop of ten users has: its {@code service_time} is what such a loop would tell.
 *
 * <p>Run: {@code benchmarks/run StallTruth [TRANSPORT]}. Ends with 1 when p99 or the growth of the mean
 * is more than 2 % from the theory.
 */
public final class StallTruth {
    private static final AnswerFormat PLAIN = new AnswerFormat(Api.HTTP, false, Expectation.ANY_SUCCESS);
    private static final RequestContent GET = new RequestContent(0, "GET", "/", Map.of(), new byte[0], PLAIN);
    private static final int RATE = 1_000;
    private static final int SECONDS = 20;
    private static final double TOLERANCE = 0.02;

    private StallTruth() {}

    /** Measures and prints. */
    public static void main(String[] args) throws Exception {
        Transport transport = Transports.choose(args.length > 0 ? Optional.of(args[0]) : Optional.empty());
        // The compiler has done its work when it counts.
        run(transport, false, 2_000);
        OneShard.Outcome calm = run(transport, false, 2_000);
        OneShard.Outcome stalled = run(transport, true, 2_000);
        print("no stall", calm);
        print("stall of 1 s", stalled);
        double p99 = stalled.histogram("latency").getValueAtPercentile(99) / 1e6;
        double growth = (stalled.histogram("latency").getMean()
                        - calm.histogram("latency").getMean())
                / 1e6;
        System.out.printf(
                Locale.ROOT,
                "latency p99 %.1f ms, theory 800 ms (%+.2f %%); mean +%.2f ms, theory +25 ms (%+.2f %%)%n",
                p99,
                100 * (p99 / 800 - 1),
                growth,
                100 * (growth / 25 - 1));
        OneShard.Outcome few = run(transport, true, 10);
        print("10 connections", few);
        System.out.printf(
                Locale.ROOT,
                "a closed loop would tell a p99 of %.1f ms, and %d requests above 100 ms where there are %d%n",
                few.histogram("service_time").getValueAtPercentile(99) / 1e6,
                above(few.histogram("service_time"), 100),
                above(few.histogram("latency"), 100));
        boolean right = Math.abs(p99 / 800 - 1) <= TOLERANCE && Math.abs(growth / 25 - 1) <= TOLERANCE;
        System.exit(right ? 0 : 1);
    }

    private static OneShard.Outcome run(Transport transport, boolean stall, int connections) throws Exception {
        ScheduleOptions options = ScheduleOptions.unary(Duration.ofMillis(1));
        if (stall) {
            options = options.withStall(Duration.ofSeconds(9), Duration.ofSeconds(1));
        }
        try (ScheduleServer server = ScheduleServer.start(options)) {
            Load load = new Load.Open(new Load.Rate.Constant(RATE), new Load.Arrivals.Constant(), 10_000);
            Target target = new Target(
                    List.of(URI.create(server.url())),
                    Api.HTTP,
                    Target.MODEL_AUTO,
                    false,
                    Map.of(),
                    Duration.ofSeconds(60),
                    Target.Connections.DEFAULT,
                    Optional.empty());
            return OneShard.run(transport, target, GET, load, 0, SECONDS, connections, () -> {});
        }
    }

    private static long above(Histogram histogram, long millis) {
        return histogram.getTotalCount() - histogram.getCountBetweenValues(0, millis * 1_000_000);
    }

    private static void print(String what, OneShard.Outcome run) {
        for (String metric : new String[] {"latency", "service_time", "send_lag"}) {
            Histogram values = run.histogram(metric);
            System.out.printf(
                    Locale.ROOT,
                    "%-14s %-12s n %6d  mean %8.2f  p50 %8.2f  p97 %8.2f  p99 %8.2f  max %8.2f ms%n",
                    what,
                    metric,
                    values.getTotalCount(),
                    values.getMean() / 1e6,
                    values.getValueAtPercentile(50) / 1e6,
                    values.getValueAtPercentile(97) / 1e6,
                    values.getValueAtPercentile(99) / 1e6,
                    values.getMaxValue() / 1e6);
        }
    }
}
