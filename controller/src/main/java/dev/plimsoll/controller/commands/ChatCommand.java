package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import dev.plimsoll.scenarios.ScenarioReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plimsoll chat}. */
@Command(
        name = "chat",
        description = {
            "Load a language model's endpoint, no file needed, and print what its users would feel.%n",
            "Times until the first token (TTFT) and the whole answer (latency) count from the instant a request was due, "
                    + "ITL is the gap between tokens, TPOT one answer's mean gap.%n",
            "Ends with 0 when the load went to its end, whatever the target answered.%n"
        },
        footer = {"", "Example: plimsoll chat http://127.0.0.1:8000 --rate 5/s --duration 30s --objective ttft=500ms"})
@SuppressWarnings("NullAway.Init") // set by picocli
final class ChatCommand implements Callable<Integer> {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final Console console;
    private final Map<String, String> environment;

    @Parameters(paramLabel = "URL", description = "Such as http://127.0.0.1:8000")
    private String url;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "Default: the first it serves.")
    private String model;

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            description = "Requests that come by the clock, Poisson: 5/s or 300/m.")
    private Optional<String> rate;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Or users of which each sends when it has its answer (default: 8).")
    private Optional<Integer> concurrency;

    @Option(
            names = "--input-tokens",
            paramLabel = "N",
            defaultValue = "256",
            description = "Of each prompt, made up anew (default: ${DEFAULT-VALUE}).")
    private int inputTokens;

    @Option(
            names = "--output-tokens",
            paramLabel = "N",
            defaultValue = "64",
            description = "Of each answer (default: ${DEFAULT-VALUE}).")
    private int outputTokens;

    @Option(
            names = "--up-to",
            description = "Answers may be shorter: do not ask for exactly so many tokens, which only vLLM understands.")
    private boolean upTo;

    @Option(
            names = "--duration",
            paramLabel = "T",
            defaultValue = "10s",
            description = "How long to send (default: ${DEFAULT-VALUE}).")
    private String duration;

    @Option(
            names = "--timeout",
            paramLabel = "T",
            defaultValue = "60s",
            description = "How long an answer may take (default: ${DEFAULT-VALUE}).")
    private String timeout;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "HEADER",
            description = "Such as 'Authorization: Bearer $${env:API_KEY}'. Repeatable.")
    private List<String> headers = List.of();

    @Option(
            names = "--objective",
            paramLabel = "METRIC=T",
            description = "What a good request meets, such as ttft=500ms or tpot=50ms, for goodput. Repeatable.")
    private List<String> objectives = List.of();

    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "A table, or what summary.json of a run bundle holds (default: ${DEFAULT-VALUE}).")
    private RunOptions.Format format;

    @Option(names = "--out", paramLabel = "DIR", description = "Keep a run bundle with a report there.")
    private Optional<Path> out;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            description = "io_uring, epoll or nio (default: the best one that works here).")
    private Optional<String> transport;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress.")
    private boolean quiet;

    @Option(names = "--no-color", description = "No colours. NO_COLOR in the environment does the same.")
    private boolean noColor;

    ChatCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandException, ScenarioException, RunException {
        URI target = AdHocScenario.url(url);
        AdHocScenario.Chat chat = wanted(target);
        Console shown = noColor ? console.plain() : console;
        AdHocRun.Options options = new AdHocRun.Options(out, transport, OptionalInt.empty(), quiet);
        try (AdHocRun run = AdHocRun.prepare(options)) {
            ScenarioFile file = ScenarioReader.read(
                    "the command line", AdHocScenario.chat(chat), Path.of(""), List.of(), environment);
            Masking masking = new Masking(file.secrets());
            FirstConnection.check(target, CONNECT_TIMEOUT);
            AdHocRun.Ended ended = run.run(shown, file, masking);
            RunOutcome outcome = ended.outcome();
            shown.print(masking.apply(
                    format == RunOptions.Format.JSON
                            ? BundleJson.file(outcome.summary())
                            : Reports.chat(outcome, ended.errors(), load(chat), met(chat), shown)));
            if (out.isPresent()) {
                shown.say("bundle " + outcome.bundle());
            }
            return ended.code();
        }
    }

    private AdHocScenario.Chat wanted(URI target) throws CommandException {
        if (rate.isPresent() && concurrency.isPresent()) {
            throw new CommandException(
                    ExitCode.USAGE, "--rate (by the clock) or --concurrency (when answers end), not both");
        }
        return new AdHocScenario.Chat(
                target,
                model,
                rate,
                concurrency.orElse(8),
                inputTokens,
                outputTokens,
                !upTo,
                duration,
                timeout,
                headers,
                limits());
    }

    private Map<String, String> limits() throws CommandException {
        Map<String, String> limits = new LinkedHashMap<>();
        for (String objective : objectives) {
            int equals = objective.indexOf('=');
            if (equals < 1) {
                throw new CommandException(
                        ExitCode.USAGE, "--objective is METRIC=T, such as ttft=500ms, not \"" + objective + "\"");
            }
            limits.put(objective.substring(0, equals), objective.substring(equals + 1));
        }
        return limits;
    }

    private static String load(AdHocScenario.Chat chat) {
        String how = chat.rate()
                .map(rate -> rate + (rate.contains("/") ? "" : "/s") + " (Poisson)")
                .orElse(chat.concurrency() + (chat.concurrency() == 1 ? " user" : " users") + " at a time");
        return chat.duration() + " of " + how + ", " + chat.inputTokens() + " tokens in, "
                + (chat.exact() ? "" : "up to ") + chat.outputTokens() + " out";
    }

    private static String met(AdHocScenario.Chat chat) {
        return chat.objectives().entrySet().stream()
                .map(limit -> limit.getKey() + " ≤ " + limit.getValue())
                .collect(Collectors.joining(", "));
    }
}
