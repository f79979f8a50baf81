package dev.plimsoll.benchmarks;

import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.Work.Expectation;
import io.vertx.core.transport.Transport;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a request costs the load engine: CPU of the whole process for each answer, in a closed loop against a running
 * server. For an event stream, CPU for each token.
 *
 * <p>Run: {@code java -cp … dev.plimsoll.benchmarks.RequestCost URL CONNECTIONS[,…] SECONDS [TRANSPORT…]}; a URL whose
 * path ends in {@code /chat/completions} is asked for a stream. The first seconds of each line warm it up and do not
 * count.
 */
public final class RequestCost {
    private static final int WARM_SECONDS = Integer.getInteger("warm", 8);

    private RequestCost() {}

    /** Measures and prints. */
    public static void main(String[] args) throws Exception {
        URI url = URI.create(args[0]);
        boolean stream = url.getPath().endsWith("/chat/completions");
        List<Integer> connections =
                Arrays.stream(args[1].split(",", -1)).map(Integer::valueOf).toList();
        int seconds = Integer.parseInt(args[2]);
        List<String> transports = new ArrayList<>(
                args.length > 3 ? Arrays.asList(args).subList(3, args.length) : List.of("io_uring", "epoll"));
        for (int connection : connections) {
            for (String name : transports) {
                measure(Transports.choose(Optional.of(name)), url, stream, connection, seconds);
            }
        }
    }

    private static void measure(Transport transport, URI url, boolean stream, int connections, int seconds)
            throws Exception {
        Api api = stream ? Api.OPENAI_CHAT : Api.HTTP;
        Target target = new Target(
                List.of(url),
                api,
                stream ? "model" : Target.MODEL_AUTO,
                stream,
                Map.of(),
                Duration.ofSeconds(30),
                Target.Connections.DEFAULT,
                Optional.empty());
        AnswerFormat answer = new AnswerFormat(api, stream, Expectation.ANY_SUCCESS);
        byte[] body = stream
                ? "{\"model\":\"model\",\"messages\":[{\"role\":\"user\",\"content\":\"go\"}],\"stream\":true,\"max_tokens\":128}"
                        .getBytes(StandardCharsets.UTF_8)
                : new byte[0];
        RequestContent request =
                new RequestContent(0, stream ? "POST" : "GET", stream ? "" : "/", Map.of(), body, answer);
        Load load = new Load.Closed(connections, Duration.ZERO);
        OneShard.Outcome outcome = OneShard.run(transport, target, request, load, WARM_SECONDS, seconds);
        long units = stream ? outcome.tokens() : outcome.counts().succeeded();
        System.out.printf(
                Locale.ROOT,
                "%-8s %6d connections  %9.0f %s/s  %6.2f µs each, %6.2f of them the loop's   p50 %8.1f  p99 %8.1f µs   "
                        + "loop %3.0f %% of a core   failed %d %s%n",
                transport.name(),
                connections,
                units * 1e9 / outcome.nanos(),
                stream ? "tokens" : "requests",
                outcome.processNanos() / 1e3 / units,
                outcome.loopNanos() / 1e3 / units,
                outcome.service().getValueAtPercentile(50) / 1e3,
                outcome.service().getValueAtPercentile(99) / 1e3,
                100.0 * outcome.loopNanos() / outcome.nanos(),
                outcome.counts().failed(),
                Arrays.stream(ErrorClass.values())
                        .filter(c -> outcome.counts().errors().containsKey(c))
                        .map(ErrorClass::label)
                        .toList());
    }
}
