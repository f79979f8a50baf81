package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Objectives;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the hot path allocates once all that it keeps is there. */
class AllocationTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private static final int USERS = 4;
    private static final int TOKENS = 50;

    /** A phase that outlasts the test, of users who ask again at once. */
    private static final Phase PHASE = new Phase(
            "load", Duration.ofHours(1), new Load.Closed(USERS, Duration.ZERO), true, Duration.ofSeconds(5), false);

    private static final Target TARGET = new Target(
            List.of(URI.create("http://127.0.0.1:1")),
            Api.OPENAI_CHAT,
            "m",
            true,
            Map.of(),
            Duration.ofMinutes(10),
            Target.Connections.DEFAULT,
            Optional.empty());

    private static final RequestContent CONTENT =
            new RequestContent(0, "POST", "/", Map.of(), new byte[0], TestClient.CHAT_STREAM);

    private static final RequestFactory FACTORY = new RequestFactory() {
        @Override
        public RequestContent create(long stream, long sequence) {
            return CONTENT;
        }

        @Override
        public RequestContent sample(int spec, long sequence) {
            return CONTENT;
        }
    };

    @Test
    void neitherATokenNorAWholeRequestAllocates() throws Exception {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            EventLoop loop = group.next();
            Answers answers = new Answers(loop);
            ByteBuf bytes = Unpooled.directBuffer().writeByte('x');
            RenderedRequest rendered = new RenderedRequest(0, 0, bytes, TestClient.CHAT_STREAM, false);
            ShardPlan plan = new ShardPlan(
                    0,
                    1,
                    1,
                    0,
                    List.of(new SlotLoad(PHASE, 0, 0, PHASE.duration().toNanos())),
                    1,
                    TARGET,
                    Objectives.NONE);
            Rendering renderer = (content, url) -> {
                bytes.retain();
                return rendered;
            };
            Shard shard = new Shard(plan, loop, answers, FACTORY, renderer, SupplyLine.budgets(1), new Deaf());
            loop.submit(() -> {
                        fill(shard);
                        shard.start(System.nanoTime());
                        measure(shard, answers);
                        shard.close();
                    })
                    .get(60, TimeUnit.SECONDS);
            assertEquals(1, bytes.refCnt(), "each request is released once");
            bytes.release();
        } finally {
            group.shutdownGracefully(10, 2_000, TimeUnit.MILLISECONDS);
        }
    }

    private static void fill(Shard shard) {
        for (Supply supply : shard.supplies()) {
            if (supply instanceof AheadSupply ahead) {
                ahead.fill(64);
            }
        }
    }

    private static void measure(Shard shard, Answers answers) {
        for (int i = 0; i < 100; i++) {
            answers.round();
            fill(shard);
        }
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int j = 0; j < 20; j++) {
                answers.round();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            fill(shard);
        }
        assertEquals(0, least, "bytes allocated in 20 rounds of " + USERS + " requests of " + TOKENS + " tokens");
    }

    /** A client without sockets: remembers the exchanges and plays their answers when told to. */
    private static final class Answers implements TargetClient, TargetClient.Handle {
        private final EventLoop loop;
        private final Exchange[] open = new Exchange[USERS * 2];
        private int count;
        private long clock = System.nanoTime();

        Answers(EventLoop loop) {
            this.loop = loop;
        }

        /** Each request that is under way is answered, and its user sends the next. */
        void round() {
            int answered = count;
            for (int i = 0; i < answered; i++) {
                Exchange exchange = open[i];
                exchange.connected(100_000, 200_000);
                exchange.sent(clock += 1_000);
                for (int token = 0; token < TOKENS; token++) {
                    exchange.tokens(clock += 20_000_000, 1);
                }
                exchange.usage(16, TOKENS);
                exchange.succeeded(clock += 1_000);
            }
            count -= answered;
            System.arraycopy(open, answered, open, 0, count);
        }

        @Override
        public Future<Integer> open(int connections) {
            return loop.newSucceededFuture(0);
        }

        @Override
        public Handle send(RenderedRequest request, Exchange exchange) {
            open[count++] = exchange;
            request.bytes().release();
            return this;
        }

        @Override
        public void cancel(Handle handle, ErrorClass errorClass, String detail) {}

        @Override
        public int openConnections() {
            return 0;
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
        public void broken(Throwable failure) {}
    }
}
