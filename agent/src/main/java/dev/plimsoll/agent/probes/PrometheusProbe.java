package dev.plimsoll.agent.probes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Queries to a Prometheus server, or to one that speaks its API.
 *
 * <p>Each query is evaluated at the server's present, once each sample, so that its series has a point at each interval
 * of the run, by whichever clock the server goes. The value is as old as the server's last scrape. A query gives one
 * number: an empty result has none, several series are an error of the query, and NaN, as of a division by zero, is no
 * number. What could not be asked at its time is not made up for later.
 */
final class PrometheusProbe implements Probe {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_MESSAGE = 200;
    private static final int BAD_REQUEST = 400;
    private static final int LIMIT = 1024 * 1024;

    private final HttpFetch fetch;
    private final Workers workers;
    private final HttpSource source;
    private final Map<String, String> queries;
    private final Duration timeout;
    private final Set<String> seen = new HashSet<>();

    /**
     * Asks for nothing yet.
     *
     * @param source the server, with the base URL of its API
     * @param queries PromQL by metric
     * @param timeout for each answer
     */
    PrometheusProbe(
            HttpFetch fetch, Workers workers, HttpSource source, Map<String, String> queries, Duration timeout) {
        this.fetch = fetch;
        this.workers = workers;
        this.source = source;
        this.queries = Map.copyOf(queries);
        this.timeout = timeout;
    }

    @Override
    public String type() {
        return "prometheus";
    }

    @Override
    public Set<String> metrics() {
        return queries.keySet();
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        Map<String, Future<Reading>> answers = new LinkedHashMap<>();
        queries.forEach((metric, query) -> answers.put(metric, ask(query)));
        return Future.join(List.copyOf(answers.values())).transform(all -> {
            Map<String, Reading> readings = new LinkedHashMap<>();
            answers.forEach((metric, answer) -> readings.put(metric, remembered(metric, answer.result())));
            return Future.succeededFuture(readings);
        });
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    /** A result that was there once is only missing now. */
    private Reading remembered(String metric, Reading reading) {
        if (reading instanceof Reading.Value) {
            seen.add(metric);
        } else if (reading instanceof Reading.NotAvailable none && seen.contains(metric)) {
            return Reading.failed("had a value before: " + none.reason());
        }
        return reading;
    }

    private Future<Reading> ask(String query) {
        HttpFetch.Fetch request =
                new HttpFetch.Fetch("GET", address(source.url(), query), source.headers(), new byte[0], timeout, LIMIT);
        return fetch.fetch(request)
                .compose(answer -> workers.run(() -> reading(answer)))
                .recover(problem -> Future.succeededFuture(Reading.failed(String.valueOf(problem.getMessage()))));
    }

    private URI address(URI base, String query) {
        String text = base.toString().replaceFirst("[?#].*$", "").replaceFirst("/+$", "");
        String encoded = URLEncoder.encode(query, StandardCharsets.UTF_8);
        return URI.create(text + "/api/v1/query?query=" + encoded + "&timeout=" + timeout.toMillis() + "ms");
    }

    private Reading reading(Fetched answer) throws IOException {
        if (answer.truncated()) {
            return Reading.notAvailable("the query gives more than one number; sum, average or filter its series");
        }
        JsonNode json = json(answer);
        if (json.path("status").asText().equals("success")) {
            return reading(json.path("data"));
        }
        String error = json.path("error").asText();
        if (error.isEmpty()) {
            throw new IOException(source.address() + " answers with status " + answer.status()
                    + (answer.ok() ? " and something that is not Prometheus' JSON; is the URL right?" : ""));
        }
        String reason = "Prometheus refuses the query: " + error.substring(0, Math.min(MOST_MESSAGE, error.length()));
        // A query that is wrong stays so; one that took too long, or could not be executed, may fare better.
        return answer.status() == BAD_REQUEST ? Reading.notAvailable(reason) : Reading.failed(reason);
    }

    private static JsonNode json(Fetched answer) {
        try {
            return JSON.readTree(answer.text());
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    /** The one number of a result. */
    static Reading reading(JsonNode data) {
        JsonNode result = data.path("result");
        return switch (data.path("resultType").asText()) {
            case "scalar" -> number(result.path(1).asText());
            case "vector" -> {
                if (result.size() == 0) {
                    yield Reading.notAvailable("the query has no result; is there such a metric?");
                }
                if (result.size() > 1) {
                    yield Reading.notAvailable(
                            "the query gives " + result.size() + " series and not one; sum, average or filter them");
                }
                yield number(result.path(0).path("value").path(1).asText());
            }
            case "matrix" ->
                Reading.notAvailable("the query gives a range of values; wrap it in a function such as rate()");
            default -> Reading.notAvailable("the query gives no number");
        };
    }

    private static Reading number(String text) {
        try {
            double value = Double.parseDouble(text.replace("Inf", "Infinity"));
            return Double.isFinite(value) ? Reading.of(value) : Reading.failed("the query gives " + text);
        } catch (NumberFormatException e) {
            return Reading.failed("the query gives \"" + text + "\", which is no number");
        }
    }
}
