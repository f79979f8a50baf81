package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.fail;

import dev.plimsoll.agent.request.AnswerFormat;
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
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** Shards with event loops of their own, run through one phase. */
final class TestShards implements AutoCloseable {
    private static final Phase ANY = new Phase(
            "load", Duration.ofSeconds(1), new Load.Closed(1, Duration.ZERO), true, Duration.ofSeconds(5), false);

    private final MultiThreadIoEventLoopGroup group;
    private final List<Shard> shards = new ArrayList<>();
    private final List<EventLoop> loops = new ArrayList<>();
    private final CountDownLatch idle;
    private final SupplyLine supply;
    private final List<ShardInterval> intervals = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    TestShards(int count, String url, AnswerFormat answer, Duration timeout, Duration length, Load load) {
        group = new MultiThreadIoEventLoopGroup(count, NioIoHandler.newFactory());
        idle = new CountDownLatch(count);
        Target target = new Target(
                List.of(URI.create(url)),
                Api.OPENAI_CHAT,
                "sim",
                true,
                Map.of(),
                timeout,
                Target.Connections.DEFAULT,
                Optional.empty());
        Phase phase = new Phase("load", length, load, true, ANY.drain(), false);
        List<SlotLoad> slots = List.of(new SlotLoad(phase, 0, 0, length.toNanos()));
        List<AtomicLong> budgets = SupplyLine.budgets(1);
        for (int i = 0; i < count; i++) {
            EventLoop loop = group.next();
            loops.add(loop);
            ShardPlan plan = new ShardPlan(i, count, 1, 0, slots, 1, target, Objectives.NONE);
            try {
                HttpTargetClient client = new HttpTargetClient(
                        loop,
                        NioSocketChannel::new,
                        Endpoint.resolve(target.urls()),
                        new ConnectionLimits(1024, true, Duration.ofSeconds(2)),
                        null);
                shards.add(new Shard(plan, loop, client, factory(answer), TestShards::render, budgets, new Listener()));
            } catch (UnknownHostException e) {
                fail(e);
            }
        }
        supply = new SupplyLine(shards, 1, failure -> {});
        supply.ready().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static RequestFactory factory(AnswerFormat answer) {
        return new RequestFactory() {
            @Override
            public RequestContent create(long stream, long sequence) {
                Map<String, String> headers = Map.of("X-Request-Id", stream + "-" + sequence);
                return new RequestContent(0, "POST", "/v1/chat/completions", headers, new byte[] {'{', '}'}, answer);
            }

            @Override
            public RequestContent sample(int spec, long sequence) {
                return create(0, sequence);
            }
        };
    }

    private static RenderedRequest render(RequestContent content, int url) {
        String head = content.method() + " " + content.path() + " HTTP/1.1\r\nHost: test\r\nX-Request-Id: "
                + content.headers().get("X-Request-Id") + "\r\nContent-Length: "
                + content.body().length + "\r\n\r\n" + new String(content.body(), StandardCharsets.UTF_8);
        return TestClient.rendered(content.answer(), url, head, false);
    }

    void start() {
        long nanos = System.nanoTime();
        IntStream.range(0, shards.size())
                .forEach(i -> loops.get(i).execute(() -> shards.get(i).start(nanos)));
    }

    void abort() {
        IntStream.range(0, shards.size()).forEach(i -> loops.get(i).execute(shards.get(i)::abort));
    }

    /** Waits for the end; gives what happened over all intervals. */
    RequestInterval await() throws Exception {
        if (!idle.await(30, TimeUnit.SECONDS)) {
            fail("the shards did not end");
        }
        long end = System.nanoTime();
        for (int i = 0; i < shards.size(); i++) {
            Shard shard = shards.get(i);
            loops.get(i).submit(() -> shard.finish(end)).get(10, TimeUnit.SECONDS);
        }
        SeriesKey key = new SeriesKey(0, "load", "request");
        RequestCounts counts = RequestCounts.NONE;
        Map<String, Histogram> histograms = new LinkedHashMap<>();
        synchronized (intervals) {
            for (ShardInterval part : intervals) {
                for (RequestInterval one : ShardInterval.merge(List.of(part), List.of(key))) {
                    counts = counts.plus(one.counts());
                    one.histograms()
                            .forEach((name, values) -> histograms.merge(name, values, (sum, more) -> {
                                sum.add(more);
                                return sum;
                            }));
                }
            }
        }
        return new RequestInterval(key, counts, 0, histograms);
    }

    @Override
    public void close() {
        supply.close();
        for (int i = 0; i < shards.size(); i++) {
            loops.get(i).execute(shards.get(i)::close);
        }
        group.shutdownGracefully(10, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(10_000);
    }

    private final class Listener implements ShardListener {
        @Override
        public void interval(ShardInterval interval) {
            synchronized (intervals) {
                intervals.add(interval);
            }
        }

        @Override
        public void idle() {
            idle.countDown();
        }

        @Override
        public void failed(int slot, int spec, ErrorClass errorClass, int status, String detail) {
            synchronized (failures) {
                failures.add(errorClass.label() + " " + detail);
            }
        }

        @Override
        public void tokensCounted() {}

        @Override
        public void supplyDry(int slot) {}

        @Override
        public void broken(Throwable failure) {
            synchronized (failures) {
                failures.add("broken " + failure);
            }
        }
    }
}
