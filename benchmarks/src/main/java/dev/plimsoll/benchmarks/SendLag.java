package dev.plimsoll.benchmarks;

import dev.plimsoll.agent.engine.TimerSlack;
import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.Work.Expectation;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * How late one shard sends: an open loop with equal gaps against a small server on this machine, on each transport.
 * Beside it runs a thread that does nothing but sleep to an instant each 100 µs: what the machine allows just then.
 *
 * <p>Run: {@code benchmarks/run SendLag [SECONDS [RATES [BUSY [TRANSPORT…]]]]}; prints one line for each transport and
 * rate, such as {@code 10 20,1000 4 epoll io_uring epoll io_uring}. {@code BUSY} is how many processes do nothing but turn
 * meanwhile, 0 unless given. Name a transport twice to have the second line without the compiler's work. On a machine that does other
 * things, p99 tells of those: give the process a core, as {@code chrt -f 1} does.
 *
 * <p>On two cores of a virtual machine (Linux, JDK 25, Netty 4.2.18), with a core for the loop, warm, in µs:
 *
 * <pre>
 *            1,000/s p50  p99    10,000/s p50  p99   loop thread at 10,000/s
 * epoll              36   118              25    93   62 % of a core
 * io_uring           45   127              24   112   65 % of a core
 * nio               219   564               0.5    27   97 % of a core, without priority
 * </pre>
 *
 * <p>Beside four busy processes on those two cores epoll and io_uring are alike: at 100/s, eleven runs of 8 s each in turn,
 * the p99 was 4.2 ms (2.6 to 10.2) and 4.0 ms (3.5 to 4.7) in the median. What a short run of the product at a low rate tells
 * is mostly its first second, in which the loop runs cold code: 45 ms of CPU, which next to many that want a core last 200
 * to 700 ms on either transport. Of 200 requests the two worst are p99, so such a run needs a warm-up.
 *
 * <p>Before loops gave up their {@link TimerSlack}, the p50 of epoll was 86 µs and 66 µs. NIO waits in whole
 * milliseconds, so that a loop with something due sooner turns without waiting: it is for machines without the others.
 */
public final class SendLag {
    private static final AnswerFormat PLAIN = new AnswerFormat(Api.HTTP, false, Expectation.ANY_SUCCESS);
    private static final RequestContent GET = new RequestContent(0, "GET", "/", Map.of(), new byte[0], PLAIN);
    private static final int WARM_SECONDS = 3;
    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

    private static final List<String> ALL = List.of("epoll", "io_uring", "nio");

    private SendLag() {}

    /** Measures and prints. */
    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        int[] rates = Arrays.stream((args.length > 1 ? args[1] : "1000,10000").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        int busy = args.length > 2 ? Integer.parseInt(args[2]) : 0;
        MultiThreadIoEventLoopGroup serving = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            URI url = serve(serving);
            List<String> names = args.length > 3 ? List.of(args).subList(3, args.length) : ALL;
            for (String name : names) {
                Transport transport;
                try {
                    transport = Transports.choose(Optional.of(name));
                } catch (IllegalArgumentException missing) {
                    System.out.println(missing.getMessage());
                    continue;
                }
                for (int rate : rates) {
                    measure(transport, url, rate, seconds, busy);
                }
            }
        } finally {
            serving.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
        }
    }

    private static URI serve(MultiThreadIoEventLoopGroup group) throws InterruptedException {
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Answering());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort());
    }

    private static void measure(Transport transport, URI url, int rate, int seconds, int busy) throws Exception {
        List<Process> beside = new ArrayList<>();
        try {
            for (int i = 0; i < busy; i++) {
                beside.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
            }
            measure(transport, url, rate, seconds);
        } finally {
            beside.forEach(Process::destroyForcibly);
        }
    }

    private static void measure(Transport transport, URI url, int rate, int seconds) throws Exception {
        Histogram machine = new Histogram(3);
        Thread witness = Thread.ofPlatform().daemon().start(() -> witness(machine));
        OneShard.Outcome outcome = run(transport, url, rate, seconds);
        witness.interrupt();
        witness.join();
        System.out.printf(
                Locale.ROOT,
                "%-8s %6d/s  send lag p50 %7.1f  p99 %7.1f  p99.9 %7.1f µs   service p50 %7.1f  p99 %7.1f µs   "
                        + "loop thread %3.0f %% of a core, waited %4.1f %%   a sleeping thread p50 %6.1f  p99 %7.1f µs%s%n",
                transport.name(),
                rate,
                micros(outcome.lag(), 50),
                micros(outcome.lag(), 99),
                micros(outcome.lag(), 99.9),
                micros(outcome.service(), 50),
                micros(outcome.service(), 99),
                100.0 * outcome.loopNanos() / outcome.nanos(),
                100.0 * outcome.waitedNanos() / outcome.nanos(),
                micros(machine, 50),
                micros(machine, 99),
                outcome.prompt() ? "" : "   (timer slack could not be given up)");
    }

    private static double micros(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e3;
    }

    private static void witness(Histogram late) {
        for (long due = System.nanoTime(); !Thread.currentThread().isInterrupted(); due += 100_000) {
            long now = System.nanoTime();
            while (now < due && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(due - now);
                now = System.nanoTime();
            }
            late.recordValue(Math.max(0, now - due));
            due = Math.max(due, now - 100_000);
        }
    }

    private static OneShard.Outcome run(Transport transport, URI url, int rate, int seconds) throws Exception {
        Target target = new Target(
                List.of(url),
                Api.HTTP,
                Target.MODEL_AUTO,
                false,
                Map.of(),
                Duration.ofSeconds(10),
                Target.Connections.DEFAULT,
                Optional.empty());
        Load load = new Load.Open(new Load.Rate.Constant(rate), new Load.Arrivals.Constant(), 1_000);
        return OneShard.run(transport, target, GET, load, WARM_SECONDS, seconds);
    }

    /** Answers as often as it finds the end of a request's head. */
    private static final class Answering extends ChannelInboundHandlerAdapter {
        private int ends;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            int answers = 0;
            for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
                byte b = bytes.getByte(i);
                ends = b == '\n' ? ends + 1 : b == '\r' ? ends : 0;
                if (ends == 2) {
                    answers++;
                    ends = 0;
                }
            }
            bytes.release();
            for (int i = 0; i < answers; i++) {
                context.write(Unpooled.wrappedBuffer(ANSWER));
            }
            context.flush();
        }
    }
}
