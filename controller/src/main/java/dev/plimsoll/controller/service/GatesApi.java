package dev.plimsoll.controller.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gates by release: begins one and answers with its verdict, as often as it is asked. One request does both, so that a
 * caller such as Argo's {@code web} provider, which knows only one, can use it. Safe for use by several threads.
 */
final class GatesApi {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String RETRY_SECONDS = "10";

    private final GateBook book;
    private final RunsApi runs;

    GatesApi(GateBook book, RunsApi runs) {
        this.book = book;
        this.runs = runs;
    }

    /** Begins the gate of a release unless it has one, and answers with the verdict or that it goes on. */
    Answer ask(String body) {
        try {
            JsonNode payload = JSON.readTree(body);
            Release release = new Release(
                    payload.path("namespace").asText(),
                    payload.path("name").asText(),
                    payload.path("checksum").asText());
            return verdict(book.ask(release, payload.path("scenario").asText(release.name())));
        } catch (JsonProcessingException e) {
            return Answer.error(Answer.BAD_REQUEST, "the body is not JSON: " + e.getOriginalMessage());
        } catch (IllegalArgumentException e) {
            return Answer.error(
                    Answer.BAD_REQUEST,
                    e.getMessage() + "; send {\"namespace\", \"name\", \"checksum\", \"scenario\"}");
        } catch (GateBook.RefusedException e) {
            return Answer.error(e.status(), String.valueOf(e.getMessage()));
        }
    }

    private Answer verdict(BookedGate gate) {
        return switch (gate.state()) {
            case QUEUED, RUNNING ->
                Answer.json(
                                Answer.TOO_EARLY,
                                standIn(
                                        gate,
                                        "RUNNING",
                                        "the gate is " + gate.state().label()))
                        .with("Retry-After", RETRY_SECONDS);
            case FAILED, LOST ->
                Answer.json(Answer.OK, standIn(gate, Verdict.Outcome.INCONCLUSIVE.name(), gate.sentence()));
            case JUDGED -> runs.verdict(gate.run().orElse(""), Map.of());
        };
    }

    private static Map<String, Object> standIn(BookedGate gate, String verdict, String reason) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", BookedGate.FORMAT);
        gate.run().ifPresent(run -> json.put("run", run));
        json.put("verdict", verdict);
        json.put("reasons", List.of(reason));
        json.put("checks", List.of());
        return json;
    }

    /** What the book says of a release. */
    Answer show(String namespace, String name, String checksum) {
        Optional<BookedGate> gate = release(namespace, name, checksum).flatMap(book::find);
        return gate.isPresent() ? Answer.json(Answer.OK, gate.get()) : unknown(namespace, name, checksum);
    }

    /** Forgets the gate of a release, so that the next one who asks begins it anew. */
    Answer forget(String namespace, String name, String checksum) {
        Optional<Release> release = release(namespace, name, checksum);
        Optional<BookedGate> gate = release.flatMap(book::find);
        if (gate.isEmpty()) {
            return unknown(namespace, name, checksum);
        }
        return book.forget(release.get())
                ? Answer.json(Answer.OK, Map.of("forgotten", true))
                : Answer.error(
                        Answer.CONFLICT, "the gate of " + release.get() + " goes on; ask again when it has ended");
    }

    private static Optional<Release> release(String namespace, String name, String checksum) {
        try {
            return Optional.of(new Release(namespace, name, checksum));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Answer unknown(String namespace, String name, String checksum) {
        return Answer.error(Answer.NOT_FOUND, "no gate was begun for " + namespace + "/" + name + " " + checksum);
    }
}
