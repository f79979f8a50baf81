package dev.plimsoll.benchmarks;

import dev.plimsoll.agent.engine.ConnectionLimits;
import dev.plimsoll.agent.engine.Endpoint;
import dev.plimsoll.agent.engine.HttpTargetClient;
import dev.plimsoll.agent.engine.RequestRenderer;
import dev.plimsoll.agent.engine.Shard;
import dev.plimsoll.agent.engine.ShardInterval;
import dev.plimsoll.agent.engine.ShardListener;
import dev.plimsoll.agent.engine.ShardPlan;
import dev.plimsoll.agent.engine.SlotLoad;
import dev.plimsoll.agent.engine.SupplyLine;
import dev.plimsoll.agent.engine.TimerSlack;
import dev.plimsoll.agent.probes.ProcFiles;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Objectives;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.Target;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.vertx.core.transport.Transport;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One shard of the engine with an event loop of its own, run through one phase.
 *
 * @param counts of all requests
 * @param histograms by metric name
 * @param loopCpu CPU of the event loop's thread, as a share of a core
 * @param loopWait time for which that thread was ready and had no core, as a share of the time; NaN where unknown
 * @param prompt whether the loop could give up its timer slack
 */
record LoadRun(
        RequestCounts counts, Map<String, Histogram> histograms, double loopCpu, double loopWait, boolean prompt) {
    private static final SeriesKey KEY = new SeriesKey(0, "load", "one");

    /** What to send, how often, for how long, and over how many connections at most. */
    record Order(URI url, RequestContent content, Load load, Duration length, int connections) {}

    /** Runs it; {@code during} runs on the calling thread once load has begun. */
    static LoadRun run(Transport transport, Order order, Runnable during) throws Exception {
        MultiThreadIoEventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, transport.implementation().ioHandlerFactory());
        EventLoop loop = group.next();
        boolean prompt = loop.submit(TimerSlack::giveUp).get();
        Target target = new Target(
                List.of(order.url),
                order.content.answer().api(),
                Target.MODEL_AUTO,
                order.content.answer().api() != Api.HTTP,
                Map.of(),
                Duration.ofSeconds(60),
                Target.Connections.DEFAULT,
                Optional.empty());
        Phase phase = new Phase("load", order.length, order.load, true, Duration.ofSeconds(30), false);
        SlotLoad slot = new SlotLoad(phase, 0, 0, order.length.toNanos());
        ShardPlan plan = new ShardPlan(0, 1, 1, 0, List.of(slot), 1, target, Objectives.NONE);
        HttpTargetClient client = new HttpTargetClient(
                loop,
                transport.implementation().channelFactory(false),
                Endpoint.resolve(target.urls()),
                new ConnectionLimits(order.connections, true, Duration.ofSeconds(5)),
                null);
        Intervals intervals = new Intervals();
        RequestRenderer renderer = new RequestRenderer(target);
        Shard shard = new Shard(
                plan, loop, client, new Same(order.content), renderer::render, SupplyLine.budgets(1), intervals);
        try (SupplyLine supply = new SupplyLine(List.of(shard), 1, Throwable::printStackTrace)) {
            supply.ready().join();
            loop.submit(shard::open).get().sync();
            long cpu = cpuNanos(loop);
            double waited = waitedNanos(loop);
            long start = System.nanoTime();
            loop.execute(() -> shard.start(start));
            during.run();
            intervals.idle.get(order.length.toSeconds() + 60, TimeUnit.SECONDS);
            double elapsed = System.nanoTime() - start;
            double busy = (cpuNanos(loop) - cpu) / elapsed;
            double waiting = (waitedNanos(loop) - waited) / elapsed;
            loop.submit(() -> shard.finish(System.nanoTime())).get();
            return intervals.sum(busy, waiting, prompt);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        }
    }

    /** The histogram of a metric; empty when it has no values. */
    Histogram histogram(String metric) {
        return histograms.getOrDefault(metric, new Histogram(3));
    }

    private static long cpuNanos(EventLoop loop) throws Exception {
        return loop.submit(() -> ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime())
                .get();
    }

    private static double waitedNanos(EventLoop loop) throws Exception {
        ProcFiles files = new ProcFiles(Path.of("/"));
        Optional<String> thread = loop.submit(files::thisThread).get();
        OptionalLong waited = thread.isPresent() ? files.waitedNanos(thread.get()) : OptionalLong.empty();
        return waited.isPresent() ? waited.getAsLong() : Double.NaN;
    }

    /** The same request again and again. */
    private record Same(RequestContent content) implements RequestFactory {
        @Override
        public RequestContent create(long stream, long sequence) {
            return content;
        }

        @Override
        public RequestContent sample(int spec, long sequence) {
            return content;
        }
    }

    /** Keeps what a shard recorded. Called by its event loop, read when it is done. */
    private static final class Intervals implements ShardListener {
        private final List<ShardInterval> all = new ArrayList<>();
        private final CompletableFuture<Boolean> idle = new CompletableFuture<>();
        private int told;

        LoadRun sum(double busy, double waiting, boolean prompt) {
            RequestCounts counts = RequestCounts.NONE;
            Map<String, Histogram> histograms = new HashMap<>();
            for (RequestInterval part : ShardInterval.merge(all, List.of(KEY))) {
                counts = counts.plus(part.counts());
                histograms.putAll(part.histograms());
            }
            return new LoadRun(counts, histograms, busy, waiting, prompt);
        }

        @Override
        public void interval(ShardInterval interval) {
            all.add(interval);
        }

        @Override
        public void idle() {
            idle.complete(true);
        }

        @Override
        public void failed(int slot, int spec, ErrorClass errorClass, int status, String detail) {
            if (told++ < 3) {
                System.out.println(errorClass.label() + ": " + detail);
            }
        }

        @Override
        public void tokensCounted() {}

        @Override
        public void supplyDry(int slot) {
            System.out.println("requests were not rendered in time");
        }

        @Override
        public void broken(Throwable failure) {
            idle.completeExceptionally(failure);
        }
    }
}
