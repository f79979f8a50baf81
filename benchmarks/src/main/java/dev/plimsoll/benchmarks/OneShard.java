package dev.plimsoll.benchmarks;

import com.sun.management.OperatingSystemMXBean;
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
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Objectives;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.Target;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** One shard of the load engine on an event loop of its own, run through one phase. */
final class OneShard {
    private static final SeriesKey KEY = new SeriesKey(0, "load", "request");
    private static final int DRAIN_SECONDS = 30;

    private OneShard() {}

    /**
     * What a phase gave.
     *
     * @param histograms by metric name
     * @param tokens token events' tokens received in the phase
     * @param loopNanos CPU time of the event loop's thread
     * @param processNanos CPU time of the whole process
     * @param waitedNanos for which the event loop's thread was ready and had no core; 0 where the system does not tell
     * @param nanos how long it took
     * @param prompt whether the loop could give up its timer slack
     */
    record Outcome(
            RequestCounts counts,
            Map<String, Histogram> histograms,
            long tokens,
            long loopNanos,
            long processNanos,
            long waitedNanos,
            long nanos,
            boolean prompt) {
        /** The histogram of a metric; empty when it has no values. */
        Histogram histogram(String metric) {
            return histograms.getOrDefault(metric, new Histogram(3));
        }

        /** Of {@code send_lag}, in nanoseconds. */
        Histogram lag() {
            return histogram("send_lag");
        }

        /** Of {@code service_time}, in nanoseconds. */
        Histogram service() {
            return histogram("service_time");
        }
    }

    /**
     * Runs a phase of that load against the target.
     *
     * @param warm seconds at the beginning that do not count
     * @param seconds that count
     */
    static Outcome run(Transport transport, Target target, RequestContent request, Load load, int warm, int seconds)
            throws Exception {
        return run(transport, target, request, load, warm, seconds, 20_000, () -> {});
    }

    /**
     * Runs a phase of that load against the target.
     *
     * @param connections at most
     * @param during runs on the calling thread once load has begun
     */
    static Outcome run(
            Transport transport,
            Target target,
            RequestContent request,
            Load load,
            int warm,
            int seconds,
            int connections,
            Runnable during)
            throws Exception {
        MultiThreadIoEventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, transport.implementation().ioHandlerFactory());
        EventLoop loop = group.next();
        boolean prompt = loop.submit(TimerSlack::giveUp).get();
        Duration length = Duration.ofSeconds(warm + seconds);
        Phase phase = new Phase("load", length, load, true, Duration.ofSeconds(DRAIN_SECONDS), false);
        ShardPlan plan = new ShardPlan(
                0, 1, 1, 0, List.of(new SlotLoad(phase, 0, 0, length.toNanos())), 1, target, Objectives.NONE);
        HttpTargetClient client = new HttpTargetClient(
                loop,
                transport.implementation().channelFactory(false),
                Endpoint.resolve(target.urls()),
                new ConnectionLimits(connections, true, Duration.ofSeconds(5)),
                null);
        Intervals intervals = new Intervals(warm);
        Shard shard = new Shard(
                plan,
                loop,
                client,
                new Same(request),
                new RequestRenderer(target)::render,
                SupplyLine.budgets(1),
                intervals);
        try (SupplyLine supply = new SupplyLine(List.of(shard), 1, Throwable::printStackTrace)) {
            supply.ready().join();
            loop.submit(shard::open).get().sync();
            loop.execute(() -> {
                if (warm == 0) {
                    intervals.begin = Spent.now();
                }
                shard.start(System.nanoTime());
            });
            during.run();
            intervals.idle.get(warm + seconds + 2L * DRAIN_SECONDS, TimeUnit.SECONDS);
            loop.submit(() -> shard.finish(System.nanoTime())).get();
            return intervals.outcome(prompt);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
        }
    }

    /** CPU time at an instant, as the event loop's thread sees it. */
    private record Spent(long loopNanos, long processNanos, long waitedNanos, long nanos) {
        static final Spent NOTHING = new Spent(0, 0, 0, 0);

        static Spent now() {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return new Spent(
                    ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime(),
                    system.getProcessCpuTime(),
                    waited(),
                    System.nanoTime());
        }

        private static long waited() {
            ProcFiles files = new ProcFiles(Path.of("/"));
            Optional<String> thread = files.thisThread();
            try {
                return thread.isEmpty() ? 0 : files.waitedNanos(thread.get()).orElse(0);
            } catch (IOException elsewhere) {
                return 0;
            }
        }
    }

    /** The same request for ever. */
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

    /** Keeps what a shard recorded. */
    private static final class Intervals implements ShardListener {
        private final List<ShardInterval> all = new ArrayList<>();
        private final CompletableFuture<Boolean> idle = new CompletableFuture<>();
        private final int warm;
        private Spent begin = Spent.NOTHING;
        private Spent end = Spent.NOTHING;

        Intervals(int warm) {
            this.warm = warm;
        }

        Outcome outcome(boolean prompt) {
            Map<String, Histogram> histograms = new HashMap<>();
            RequestCounts counts = RequestCounts.NONE;
            for (RequestInterval part : ShardInterval.merge(all, List.of(KEY))) {
                counts = counts.plus(part.counts());
                histograms.putAll(part.histograms());
            }
            return new Outcome(
                    counts,
                    histograms,
                    counts.windowOutputTokens(),
                    end.loopNanos - begin.loopNanos,
                    end.processNanos - begin.processNanos,
                    end.waitedNanos - begin.waitedNanos,
                    end.nanos - begin.nanos,
                    prompt);
        }

        @Override
        public void interval(ShardInterval interval) {
            if (interval.index() >= warm) {
                all.add(interval);
            } else if (interval.index() == warm - 1) {
                begin = Spent.now();
            }
        }

        @Override
        public void idle() {
            end = Spent.now();
            idle.complete(true);
        }

        @Override
        public void failed(int slot, int spec, ErrorClass errorClass, int status, String detail) {
            System.out.println(errorClass.label() + ": " + detail);
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
