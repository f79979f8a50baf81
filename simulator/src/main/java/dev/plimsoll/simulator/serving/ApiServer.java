package dev.plimsoll.simulator.serving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.simulator.FaultPlan;
import dev.plimsoll.simulator.Faults;
import dev.plimsoll.simulator.Faults.Fate;
import dev.plimsoll.simulator.SimulatorOptions;
import dev.plimsoll.simulator.engine.EngineCore;
import dev.plimsoll.simulator.engine.Step;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The HTTP server: routes requests, hands them to the engine, and sends what comes back. Lives on one event loop. */
public final class ApiServer {
    private static final Set<String> GENERATION =
            Set.of("/v1/chat/completions", "/v1/completions", "/v1/responses", "/generate", "/v1/embeddings");
    private static final Set<String> UNCOUNTED =
            Set.of("/health", "/metrics", "/ping", "/version", "/load", "/sim/faults");
    private static final Map<String, HttpMethod> ROUTES = Map.ofEntries(
            Map.entry("/v1/models", HttpMethod.GET),
            Map.entry("/health", HttpMethod.GET),
            Map.entry("/version", HttpMethod.GET),
            Map.entry("/metrics", HttpMethod.GET),
            Map.entry("/v1/chat/completions", HttpMethod.POST),
            Map.entry("/v1/completions", HttpMethod.POST),
            Map.entry("/v1/responses", HttpMethod.POST),
            Map.entry("/v1/embeddings", HttpMethod.POST),
            Map.entry("/generate", HttpMethod.POST),
            Map.entry("/tokenize", HttpMethod.POST),
            Map.entry("/detokenize", HttpMethod.POST),
            Map.entry("/inference/v1/generate", HttpMethod.POST));

    private final Vertx vertx;
    private final Context context;
    private final SimulatorOptions options;
    private final Faults faults;
    private final Tokenizer tokenizer = new Tokenizer();
    private final RequestReader reader;
    private final HttpMetrics http;
    private final MetricsPage page;
    private final StaticAnswers answers;
    private final EngineLoop loop;
    private final HttpServer server;
    private long requests;

    /** A server that does not listen yet. */
    public ApiServer(Vertx vertx, SimulatorOptions options, Faults faults) {
        this.vertx = Objects.requireNonNull(vertx, "vertx");
        this.options = Objects.requireNonNull(options, "options");
        this.faults = Objects.requireNonNull(faults, "faults");
        context = vertx.getOrCreateContext();
        reader = new RequestReader(options, tokenizer);
        double created = epochSeconds();
        http = new HttpMetrics(created);
        page = new MetricsPage(options, created);
        answers = new StaticAnswers(options, tokenizer, (long) created);
        EngineCore core = new EngineCore(options.engine(), options.cost().faster(options.speed()));
        loop = new EngineLoop(core, faults, step -> context.runOnContext(x -> publish(step)));
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setMaxFormAttributeSize(-1)
                        .setTcpNoDelay(true)
                        /* As uvicorn, which vLLM listens with: HTTP/1.1 only, no upgrade. */
                        .setHttp2ClearTextEnabled(false))
                .requestHandler(this::receive);
    }

    /** Listens and starts the engine. */
    public Future<ApiServer> listen() {
        return server.listen(options.port(), options.host()).map(s -> {
            loop.start();
            return this;
        });
    }

    /** The port it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** The longest time in nanoseconds that tokens left after they were due, freezes apart. */
    public long worstLagNanos() {
        return loop.worstLagNanos();
    }

    /** Stops listening, closes all connections and ends the engine. */
    public Future<Void> close() {
        loop.close();
        return server.close();
    }

    private void publish(Step step) {
        for (Step.Output output : step.outputs()) {
            ((LiveRequest) output.sequence()).receiver().token(output.tokenId(), output.count(), output.finish());
        }
    }

    private void receive(HttpServerRequest request) {
        long arrival = System.nanoTime();
        request.body().onSuccess(body -> {
            long frozen = faults.frozenForNanos();
            if (frozen > 0) {
                vertx.setTimer(frozen / 1_000_000 + 1, t -> handle(request, body, arrival));
            } else {
                handle(request, body, arrival);
            }
        });
    }

    private void handle(HttpServerRequest request, Buffer body, long arrival) {
        Exchange exchange = new Exchange(request, body, arrival);
        String path = request.path();
        try {
            if (path.equals("/sim/faults")) {
                exchange.json(200, answers.faults(request.method(), body, faults, loop.worstLagNanos()));
                return;
            }
            if (faults.unreadyForNanos() > 0) {
                throw new ApiError(503, "Service Unavailable", null, "The model is not loaded yet.");
            }
            if (!authorised(request, path)) {
                exchange.json(401, "{\"error\":\"Unauthorized\"}");
                return;
            }
            HttpMethod method = ROUTES.get(path);
            if (method == null && !path.equals("/ping")) {
                throw new ApiError(404, "Not Found", null, "Not Found");
            }
            if (method != null && !method.equals(request.method())) {
                throw new ApiError(405, "Method Not Allowed", null, "Method Not Allowed");
            }
            if (GENERATION.contains(path)) {
                generate(exchange, path);
            } else {
                answer(exchange, path);
            }
        } catch (ApiError e) {
            exchange.json(e.status(), e.json());
        } catch (IllegalArgumentException e) {
            ApiError error = ApiError.badRequest(null, String.valueOf(e.getMessage()));
            exchange.json(error.status(), error.json());
        }
    }

    private boolean authorised(HttpServerRequest request, String path) {
        return options.apiKey().isEmpty()
                || !path.startsWith("/v1")
                || ("Bearer " + options.apiKey().get()).equals(request.getHeader("authorization"));
    }

    private void answer(Exchange exchange, String path) throws ApiError {
        String body = exchange.body.toString(StandardCharsets.UTF_8);
        switch (path) {
            case "/v1/models" -> exchange.json(200, answers.models());
            case "/version" -> exchange.json(200, answers.version());
            case "/health", "/ping" -> exchange.send(loop.alive() ? 200 : 503, "", Buffer.buffer());
            case "/metrics" ->
                exchange.send(
                        200,
                        "text/plain; version=0.0.4; charset=utf-8",
                        Buffer.buffer(loop.<String>read(core -> page.render(core, http))));
            case "/tokenize" -> {
                JsonNode node = RequestReader.object(body);
                exchange.json(
                        200,
                        answers.tokens(
                                reader.tokenize(node),
                                node.path("return_token_strs").asBoolean(false)));
            }
            case "/detokenize" -> exchange.json(200, answers.text(reader.detokenize(RequestReader.object(body))));
            default ->
                throw new ApiError(
                        403,
                        "PermissionDeniedError",
                        null,
                        "Scale-out endpoints are disabled. Restart vllm serve with --enable-scale-out to enable them.");
        }
    }

    private void generate(Exchange exchange, String path) throws ApiError {
        FaultPlan plan = faults.plan();
        Fate fate = plan.isNone() ? Fate.NONE : faults.draw(plan);
        if (fate == Fate.ERROR) {
            throw new ApiError(
                    plan.errorStatus(),
                    "InternalServerError",
                    null,
                    "Injected fault: EngineCore encountered an issue.");
        }
        JsonNode body = RequestReader.object(exchange.body.toString(StandardCharsets.UTF_8));
        if (path.equals("/v1/embeddings")) {
            embed(exchange, reader.embeddingInputs(body), reader.model(body), plan);
            return;
        }
        RequestReader.Generation asked = switch (path) {
            case "/v1/chat/completions" -> reader.chat(body);
            case "/v1/completions" -> reader.completion(body);
            case "/v1/responses" -> reader.responses(body);
            default -> reader.legacy(body);
        };
        long number = ++requests;
        Reply reply = reply(exchange.request, path, asked, body, number);
        Answer answer =
                new Answer(vertx, exchange.request, reply, tokenizer, asked.stream(), fate, plan, exchange::ended);
        LiveRequest live = new LiveRequest(
                new LiveRequest.Work(asked.prompt(), asked.maxTokens(), naturalLength(asked, number)),
                i -> word(number, i),
                answer);
        exchange.onDisconnect(() -> {
            if (!answer.over()) {
                answer.abandon();
            }
            loop.abort(live);
        });
        loop.submit(live, exchange.arrival, plan.firstTokenDelay().toNanos());
    }

    private Reply reply(
            HttpServerRequest request, String path, RequestReader.Generation asked, JsonNode body, long number) {
        Function<String, Reply.Facts> facts = prefix -> new Reply.Facts(
                answers.id(prefix, request.getHeader("x-request-id"), number),
                (long) epochSeconds(),
                asked.model(),
                answers.fingerprint(),
                asked.prompt().length,
                asked.includeUsage(),
                asked.continuousUsage());
        return switch (path) {
            case "/v1/chat/completions" -> new ChatReply(facts.apply("chatcmpl-"));
            case "/v1/completions" -> new CompletionReply(facts.apply("cmpl-"));
            case "/v1/responses" ->
                new ResponsesReply(facts.apply("resp_"), answers.id("msg_", null, ~number), asked.maxTokens(), body);
            default -> new GenerateReply(body.path("prompt").asText());
        };
    }

    private void embed(Exchange exchange, int[][] prompts, String model, FaultPlan plan) {
        int[] left = {prompts.length};
        String id = answers.id("embd-", exchange.request.getHeader("x-request-id"), ++requests);
        for (int[] prompt : prompts) {
            LiveRequest live =
                    new LiveRequest(new LiveRequest.Work(prompt, 0, Integer.MAX_VALUE), i -> 0, (t, n, finish) -> {
                        if (--left[0] == 0) {
                            exchange.json(200, answers.embeddings(id, model, prompts, (long) epochSeconds()));
                        }
                    });
            exchange.onDisconnect(() -> loop.abort(live));
            loop.submit(live, exchange.arrival, plan.firstTokenDelay().toNanos());
        }
    }

    /** The output length that nobody forces: log-normal, drawn for the request's number. */
    private int naturalLength(RequestReader.Generation asked, long number) {
        if (asked.ignoreEos()) {
            return Integer.MAX_VALUE;
        }
        double z = new SplittableRandom(options.seed() * 0x9E3779B97F4A7C15L + number).nextGaussian();
        double drawn = options.outputLengths().medianTokens()
                * Math.exp(options.outputLengths().sigma() * z);
        return Math.max(asked.minTokens() + 1, (int) Math.max(1, Math.min(drawn, 1e9)));
    }

    /** The n-th word of an answer, as a token id. */
    private int word(long number, int index) {
        long z = (options.seed() + number * 0x9E3779B97F4A7C15L + index) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 31)) * 0x94D049BB133111EBL;
        return tokenizer.generatedId((int) Math.floorMod(z ^ (z >>> 29), (long) tokenizer.generatedWords()));
    }

    static double epochSeconds() {
        return System.currentTimeMillis() / 1000.0;
    }

    /** A request with its answer and what is counted about them. */
    private final class Exchange {
        final HttpServerRequest request;
        final Buffer body;
        final long arrival;
        private @Nullable Runnable disconnect;
        private boolean counted;

        Exchange(HttpServerRequest request, Buffer body, long arrival) {
            this.request = request;
            this.body = body;
            this.arrival = arrival;
            request.response().exceptionHandler(e -> {}).closeHandler(x -> {
                if (disconnect != null) {
                    disconnect.run();
                }
            });
        }

        void onDisconnect(Runnable action) {
            Runnable before = disconnect;
            disconnect = before == null
                    ? action
                    : () -> {
                        before.run();
                        action.run();
                    };
        }

        void json(int status, String json) {
            send(status, "application/json", Buffer.buffer(json));
        }

        void send(int status, String contentType, Buffer answer) {
            count(status, answer.length());
            Heads.send(request.response(), status, contentType, answer);
        }

        void ended(long bytes) {
            count(200, bytes);
        }

        private void count(int status, long bytes) {
            if (counted || UNCOUNTED.contains(request.path())) {
                return;
            }
            counted = true;
            String handler = ROUTES.containsKey(request.path()) ? request.path() : "none";
            http.record(
                    handler,
                    request.method().name(),
                    status,
                    (System.nanoTime() - arrival) / 1e9,
                    body.length(),
                    bytes,
                    epochSeconds());
        }
    }
}
