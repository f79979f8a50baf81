package dev.plimsoll.benchmarks;

import dev.plimsoll.agent.engine.Exchange;
import dev.plimsoll.agent.engine.RenderedRequest;
import dev.plimsoll.agent.engine.Shard;
import dev.plimsoll.agent.engine.ShardInterval;
import dev.plimsoll.agent.engine.ShardListener;
import dev.plimsoll.agent.engine.ShardPlan;
import dev.plimsoll.agent.engine.SlotLoad;
import dev.plimsoll.agent.engine.SupplyLine;
import dev.plimsoll.agent.engine.TargetClient;
import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Objectives;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.Work.Expectation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Recording: a token, and a whole request of a shard, with histograms and counts and without sockets. The shard's event
 * loop is one that runs on the measuring thread.
 *
 * <p>Run: {@code benchmarks/run jmh -prof gc Recorder}; {@code gc.alloc.rate.norm} is to be about 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RecorderBenchmark {
    private static final int TOKENS = 50;

    /** Outlasts the measurement, whose clock goes on by {@link #GAP_NANOS} a token. */
    private static final Duration LENGTH = Duration.ofHours(24);

    private static final long GAP_NANOS = 1_000;
    private static final AnswerFormat STREAM = new AnswerFormat(Api.OPENAI_CHAT, true, Expectation.ANY_SUCCESS);
    private static final RequestContent CONTENT = new RequestContent(0, "POST", "/", Map.of(), new byte[0], STREAM);
    private static final Target TARGET = new Target(
            List.of(URI.create("http://127.0.0.1:1")),
            Api.OPENAI_CHAT,
            "m",
            true,
            Map.of(),
            Duration.ofHours(24),
            Target.Connections.DEFAULT,
            Optional.empty());

    private final EventLoop loop = new EmbeddedChannel().eventLoop();
    private final Client client = new Client(loop);
    private long clock = System.nanoTime();

    /** Starts a shard of one user, who asks again at once. */
    @Setup
    public void prepare() {
        Phase phase = new Phase("load", LENGTH, new Load.Closed(1, Duration.ZERO), true, Duration.ofSeconds(5), false);
        ShardPlan plan = new ShardPlan(
                0, 1, 1, 0, List.of(new SlotLoad(phase, 0, 0, LENGTH.toNanos())), 1, TARGET, Objectives.NONE);
        ByteBuf bytes = Unpooled.directBuffer().writeByte('x');
        RenderedRequest rendered = new RenderedRequest(0, 0, bytes, STREAM, false);
        Shard shard = new Shard(
                plan,
                loop,
                client,
                new Same(),
                (content, url) -> {
                    bytes.retain();
                    return rendered;
                },
                SupplyLine.budgets(1),
                new Deaf());
        clock = System.nanoTime();
        shard.start(clock);
        exchange().sent(clock);
    }

    private Exchange exchange() {
        Exchange open = client.open;
        if (open == null) {
            throw new IllegalStateException("no request is under way");
        }
        return open;
    }

    /** One token of a stream under way. */
    @Benchmark
    public void token() {
        clock += GAP_NANOS;
        exchange().tokens(clock, 1);
    }

    /** One request with fifty tokens, from its sending to its end. */
    @Benchmark
    public void request() {
        Exchange exchange = exchange();
        exchange.connected(100_000, 200_000);
        exchange.sent(clock += GAP_NANOS);
        for (int i = 0; i < TOKENS; i++) {
            exchange.tokens(clock += GAP_NANOS, 1);
        }
        exchange.usage(16, TOKENS);
        exchange.succeeded(clock += GAP_NANOS);
    }

    /** The same content for each request. */
    private static final class Same implements RequestFactory {
        @Override
        public RequestContent create(long stream, long sequence) {
            return CONTENT;
        }

        @Override
        public RequestContent sample(int spec, long sequence) {
            return CONTENT;
        }
    }

    /** A client without sockets, which keeps the exchange under way. */
    private static final class Client implements TargetClient, TargetClient.Handle {
        private final EventLoop loop;

        @Nullable
        Exchange open;

        Client(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public Future<Integer> open(int connections) {
            return loop.newSucceededFuture(0);
        }

        @Override
        public Handle send(RenderedRequest request, Exchange exchange) {
            open = exchange;
            request.bytes().release();
            return this;
        }

        @Override
        public void cancel(Handle handle, ErrorClass errorClass, String detail) {}

        @Override
        public int openConnections() {
            return 1;
        }

        @Override
        public void close() {}
    }

    /** Hears nothing. */
    private static final class Deaf implements ShardListener {
        @Override
        public void interval(ShardInterval interval) {}

        @Override
        public void idle() {}

        @Override
        public void failed(int slot, int spec, ErrorClass errorClass, int status, String detail) {}

        @Override
        public void tokensCounted() {}

        @Override
        public void supplyDry(int slot) {}

        @Override
        public void broken(Throwable failure) {
            throw new IllegalStateException("the shard broke down", failure);
        }
    }
}
