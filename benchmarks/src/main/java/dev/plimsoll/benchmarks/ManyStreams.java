package dev.plimsoll.benchmarks;

import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.Work.Expectation;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Memory of a client that holds many streams open: 10,000 of two tokens a second, on one event loop, against a server in
 * another process. Prints what of this process is resident, each second and at most, and where it is.
 *
 * <p>Run with the JVM options of the product: {@code benchmarks/run ManyStreams [STREAMS [TRANSPORT]]}; with {@code
 * PLIMSOLL_JVM_OPTIONS=-XX:NativeMemoryTracking=summary} it prints the JVM's own account too. It takes two descriptors a
 * stream, one in each process.
 */
public final class ManyStreams {
    private static final AnswerFormat STREAM = new AnswerFormat(Api.OPENAI_CHAT, true, Expectation.ANY_SUCCESS);
    private static final int TOKENS = 24;
    private static final int SECONDS = 20;
    private static final double MEBIBYTE = 1024 * 1024;

    private ManyStreams() {}

    /** Measures and prints; with {@code server} it is the server. */
    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("server")) {
            serve();
            return;
        }
        int streams = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        Transport transport = Transports.choose(args.length > 1 ? Optional.of(args[1]) : Optional.empty());
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManyStreams.class.getName(),
                        "server")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader told =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.US_ASCII))) {
            measure(transport, URI.create(told.readLine()), streams);
        } finally {
            server.destroyForcibly();
        }
    }

    /** Serves until the client's end is closed. */
    private static void serve() throws IOException {
        ScheduleOptions options = ScheduleOptions.stream(Duration.ofMillis(200), Duration.ofMillis(500), TOKENS);
        try (ScheduleServer server = ScheduleServer.start(options)) {
            System.out.println(server.url());
            if (System.in.read() >= 0) {
                throw new IOException("the server takes no input");
            }
        }
    }

    private static void measure(Transport transport, URI url, int streams) throws Exception {
        byte[] body = "{\"model\":\"truth\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"stream\":true}"
                .getBytes(StandardCharsets.US_ASCII);
        RequestContent content = new RequestContent(
                0, "POST", "/v1/chat/completions", Map.of("Content-Type", "application/json"), body, STREAM);
        Load load = new Load.Closed(streams, Duration.ZERO);
        double before = residentMebibytes();
        double[] most = new double[1];
        Target target = new Target(
                List.of(url),
                Api.OPENAI_CHAT,
                "truth",
                true,
                Map.of(),
                Duration.ofSeconds(60),
                Target.Connections.DEFAULT,
                Optional.empty());
        OneShard.Outcome run = OneShard.run(transport, target, content, load, 0, SECONDS, streams, () -> watch(most));
        RequestCounts counts = run.counts();
        System.out.printf(
                Locale.ROOT,
                "%s, %,d streams: resident %.0f MiB at most, %.0f before; %.1f KiB a stream; %,d requests, %,d failed, "
                        + "%,d tokens; loop %.0f %% of a core%n",
                transport.name(),
                streams,
                most[0],
                before,
                (most[0] - before) * 1024 / streams,
                counts.scheduled(),
                counts.failed(),
                counts.windowOutputTokens(),
                100.0 * run.loopNanos() / run.nanos());
        nativeMemory();
    }

    private static void watch(double[] most) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            double resident = residentMebibytes();
            most[0] = Math.max(most[0], resident);
            MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
            System.out.printf(
                    Locale.ROOT,
                    "resident %6.0f MiB   heap used %5.0f of %5.0f   direct %5.0f   pooled by Netty %5.0f%n",
                    resident,
                    heap.getUsed() / MEBIBYTE,
                    heap.getCommitted() / MEBIBYTE,
                    direct() / MEBIBYTE,
                    PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() / MEBIBYTE);
        }
    }

    private static double direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static double residentMebibytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
                }
            }
        } catch (IOException elsewhere) {
            return Double.NaN;
        }
        return Double.NaN;
    }

    private static void nativeMemory() throws JMException {
        boolean tracked = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .anyMatch(option -> option.startsWith("-XX:NativeMemoryTracking="));
        if (tracked) {
            Object account = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "vmNativeMemory",
                            new Object[] {new String[] {"summary", "scale=MB"}},
                            new String[] {String[].class.getName()});
            List.of(String.valueOf(account).split("\n")).forEach(System.out::println);
        }
    }
}
