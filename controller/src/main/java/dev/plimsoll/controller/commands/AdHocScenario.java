package dev.plimsoll.controller.commands;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The text of a scenario for a command that has none: it is read as any other, so that what a file cannot ask for cannot be
 * asked for on a command line either. Pure.
 */
final class AdHocScenario {
    /** The name of its only request. */
    static final String REQUEST = "request";

    /** Answers that wrk takes for good ones; others below 400 are counted as answers, too. */
    private static final String GOOD_STATUSES =
            "[200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308]";

    /** Requests that may wait for a connection: more of them would take gigabytes. */
    private static final long MOST_WAITING = 1_000_000;

    private AdHocScenario() {}

    /**
     * For {@code plimsoll wrk}: a closed loop with a connection for each user, or constant arrivals that wait for one of so
     * many connections. wrk2 never gives a request up; so here the timeout of a paced request begins when the load ends.
     */
    static String wrk(WrkArguments arguments, URI url) throws CommandException {
        Headers headers = Headers.of(arguments.headers());
        long patience = arguments.timeoutSeconds() + (arguments.rate().isPresent() ? arguments.seconds() : 0);
        String load = arguments.rate().isPresent()
                ? "rate: " + arguments.rate().getAsLong() + "/s, arrivals: constant, max_in_flight: "
                        + waiting(arguments.rate().getAsLong(), patience) + ", drain: " + arguments.timeoutSeconds()
                        + "s"
                : "concurrency: " + arguments.connections();
        return """
            name: wrk
            target:
              url: %s
              api: http
              headers: %s
              timeout: %ds
              connections: { max: %d, reuse: %b }
            %sworkload:
              - name: %s
                request: { path: %s }
                expect: { status: %s }
            phases:
              - { name: load, duration: %ds, %s }
            """.formatted(
                        quoted(base(url)),
                        headers.yaml(),
                        patience,
                        arguments.connections(),
                        headers.reuse(),
                        "https".equals(url.getScheme()) ? "  tls: { verify: false }\n" : "",
                        REQUEST,
                        quoted(path(url)),
                        GOOD_STATUSES,
                        arguments.seconds(),
                        load);
    }

    private static long waiting(long rate, long seconds) {
        return Math.min(MOST_WAITING, Math.multiplyExact(rate, seconds) + 1);
    }

    /**
     * What {@code plimsoll chat} sends.
     *
     * @param url the endpoint, with or without {@code /v1} and what may follow
     * @param model its name, or {@code auto}
     * @param rate requests a second; absent: a closed loop
     * @param concurrency users of the closed loop
     * @param inputTokens of each prompt
     * @param outputTokens of each answer
     * @param exact whether answers have exactly so many tokens, or up to so many
     * @param duration how long requests are sent
     * @param timeout how long an answer may take
     * @param headers lines such as {@code Authorization: Bearer …}
     * @param objectives limits by metric, such as {@code ttft} and {@code 500ms}
     */
    record Chat(
            URI url,
            String model,
            Optional<String> rate,
            int concurrency,
            int inputTokens,
            int outputTokens,
            boolean exact,
            String duration,
            String timeout,
            List<String> headers,
            Map<String, String> objectives) {
        Chat {
            headers = List.copyOf(headers);
            objectives = Collections.unmodifiableMap(new LinkedHashMap<>(objectives));
        }
    }

    /** For {@code plimsoll chat}. */
    static String chat(Chat chat) throws CommandException {
        Headers headers = Headers.of(chat.headers());
        StringBuilder objectives = new StringBuilder();
        chat.objectives()
                .forEach((metric, limit) -> objectives
                        .append(objectives.isEmpty() ? "objectives:\n" : "")
                        .append("  ")
                        .append(quoted(metric))
                        .append(": ")
                        .append(quoted(limit))
                        .append('\n'));
        return """
            name: chat
            target:
              url: %s
              api: openai-chat
              model: %s
              stream: true
              headers: %s
              timeout: %s
              connections: { max: 65536, reuse: %b }
            workload:
              - name: %s
                input: { tokens: %d }
                output: { tokens: %d, exact: %b }
                sampling: { temperature: 0 }
            phases:
              - { name: load, duration: %s, %s }
            %s""".formatted(
                        quoted(modelBase(chat.url())),
                        quoted(chat.model()),
                        headers.yaml(),
                        quoted(chat.timeout()),
                        headers.reuse(),
                        REQUEST,
                        chat.inputTokens(),
                        chat.outputTokens(),
                        chat.exact(),
                        quoted(chat.duration()),
                        chat.rate()
                                .map(rate -> "rate: " + quoted(rate) + ", arrivals: poisson")
                                .orElse("concurrency: " + chat.concurrency()),
                        objectives);
    }

    /**
     * The headers of a command line. Two of one name are joined as HTTP joins them; {@code Connection} says whether
     * connections are kept.
     *
     * @param values by name, in order
     * @param reuse whether a connection serves one request after the other
     */
    record Headers(Map<String, String> values, boolean reuse) {
        Headers {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }

        static Headers of(List<String> lines) throws CommandException {
            Map<String, String> values = new LinkedHashMap<>();
            Map<String, String> names = new LinkedHashMap<>();
            boolean reuse = true;
            for (String line : lines) {
                int colon = line.indexOf(':');
                String name = colon < 0 ? "" : line.substring(0, colon).strip();
                if (name.isEmpty()) {
                    // Not shown: it may be a key that was put in the wrong place.
                    throw new CommandException(
                            ExitCode.USAGE, "a header is NAME: VALUE, such as \"Accept: text/html\"; one has no name");
                }
                String value = line.substring(colon + 1).strip();
                if (name.equalsIgnoreCase("Connection")) {
                    reuse = !value.equalsIgnoreCase("close");
                } else {
                    String known = names.computeIfAbsent(name.toLowerCase(Locale.ROOT), lower -> name);
                    String glue = name.equalsIgnoreCase("Cookie") ? "; " : ", ";
                    values.merge(known, value, (before, after) -> before + glue + after);
                }
            }
            return new Headers(values, reuse);
        }

        String yaml() {
            StringBuilder yaml = new StringBuilder("{");
            values.forEach((name, value) -> yaml.append(yaml.length() > 1 ? ", " : " ")
                    .append(quoted(name))
                    .append(": ")
                    .append(quoted(value)));
            return yaml.append(" }").toString();
        }
    }

    /**
     * A URL of a command line.
     *
     * @throws CommandException for what is none
     */
    static URI url(String text) throws CommandException {
        try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException notOne) {
            throw new CommandException(ExitCode.USAGE, "\"" + text + "\" is not a URL: " + notOne.getReason(), notOne);
        }
        throw new CommandException(
                ExitCode.USAGE, "\"" + text + "\" is not a URL: give http://host[:port][/path] or https://…");
    }

    /** As it may be printed: without a password in it. */
    static String shown(URI url) {
        String userInfo = url.getRawUserInfo();
        return userInfo == null ? url.toString() : url.toString().replace(userInfo + "@", "***@");
    }

    private static String base(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    private static String path(URI url) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    /** Without the path of the API, which the request adds. */
    private static String modelBase(URI url) {
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        return base(url) + path.replaceFirst("/v1(/.*)?$", "").replaceFirst("/+$", "");
    }

    /** A JSON string is a YAML string. */
    private static String quoted(String text) {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }
}
