package dev.plimsoll.agent.probes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.measurements.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What Prometheus' API answered to a query that it did not fail at: a result, or why the query can have none.
 *
 * @param data the result; missing where the query can have none
 * @param refusal why; empty where there is a result
 */
record PrometheusAnswer(JsonNode data, String refusal) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_MESSAGE = 200;
    private static final int BAD_REQUEST = 400;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final String SEVERAL = "sum, average or filter them";

    /**
     * Reads it.
     *
     * @param address of the server, for a person
     * @throws IOException with a sentence when it is no answer, or one that may be better the next time
     */
    static PrometheusAnswer of(Fetched answer, String address) throws IOException {
        if (answer.truncated()) {
            return new PrometheusAnswer(
                    JSON.missingNode(), "the query gives more series than one number can be; " + SEVERAL);
        }
        JsonNode json = json(answer);
        if (json.path("status").asText().equals("success")) {
            return new PrometheusAnswer(json.path("data"), "");
        }
        String error = json.path("error").asText();
        if (error.isEmpty()) {
            throw new IOException(address + " answers with status " + answer.status()
                    + (answer.ok() ? " and something that is not Prometheus' JSON; is the URL right?" : ""));
        }
        String reason = "Prometheus refuses the query: " + error.substring(0, Math.min(MOST_MESSAGE, error.length()));
        // A query that is wrong stays so; one that took too long, or could not be executed, may fare better.
        if (answer.status() == BAD_REQUEST) {
            return new PrometheusAnswer(JSON.missingNode(), reason);
        }
        throw new IOException(reason);
    }

    private static JsonNode json(Fetched answer) {
        try {
            return JSON.readTree(answer.text());
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    /** The server's time in s since the epoch, where {@code time()} was asked for; NaN where it is no number. */
    double serverTime() {
        return data.path("result").path(1).asDouble(Double.NaN);
    }

    /**
     * The readings at so many instants.
     *
     * @param start the first one, in ms since the epoch by the server's clock
     * @param step from one to the next, in ms
     */
    List<Reading> points(long start, long step, int count) {
        if (!refusal.isEmpty()) {
            return Collections.nCopies(count, Reading.notAvailable(refusal));
        }
        if (!data.path("resultType").asText().equals("matrix")) {
            return Collections.nCopies(count, Reading.notAvailable("the query gives no numbers over time"));
        }
        int[] series = new int[count];
        String[] texts = new String[count];
        for (JsonNode one : data.path("result")) {
            for (JsonNode value : one.path("values")) {
                long index = Math.round((value.path(0).asDouble() * MILLIS_PER_SECOND - start) / step);
                if (index >= 0 && index < count) {
                    series[(int) index]++;
                    texts[(int) index] = value.path(1).asText();
                }
            }
        }
        List<Reading> readings = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            readings.add(
                    switch (series[i]) {
                        case 0 -> Reading.notAvailable("the query has no result; is there such a metric?");
                        case 1 -> number(texts[i]);
                        default ->
                            Reading.notAvailable("the query gives " + series[i] + " series and not one; " + SEVERAL);
                    });
        }
        return readings;
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
