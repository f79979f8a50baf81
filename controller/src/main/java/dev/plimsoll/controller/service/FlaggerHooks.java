package dev.plimsoll.controller.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.Optional;

/**
 * Answers the webhooks of Flagger, at once: the gate runs on its own, and the answer tells how far it is. What is not so
 * yet is a 403, never a 5xx, which Flagger would try again without a word. The body is one line, for Flagger shows it in
 * its events.
 *
 * <p>{@code pre-rollout} and {@code rollout} begin the gate of a release and go on unless it has failed;
 * {@code confirm-promotion} goes on only after PROMOTE; {@code rollback} rolls back only after ROLLBACK. So after
 * INCONCLUSIVE both say no, and the canary waits for a person. Safe for use by several threads.
 */
final class FlaggerHooks {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final GateBook book;
    private final RunsApi runs;
    private final EventLog events;

    FlaggerHooks(GateBook book, RunsApi runs, EventLog events) {
        this.book = book;
        this.runs = runs;
        this.events = events;
    }

    /** How a gate stands. */
    private record Standing(Optional<Verdict.Outcome> verdict, boolean open, String sentence) {}

    /** Answers one hook of that type. */
    Answer answer(String type, String body) {
        JsonNode payload;
        try {
            payload = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return Answer.line(Answer.BAD_REQUEST, "the body is not JSON: " + e.getOriginalMessage());
        }
        try {
            return switch (type) {
                case "pre-rollout", "rollout" -> goesOn(begun(payload));
                case "confirm-promotion" -> onlyAfter(Verdict.Outcome.PROMOTE, found(payload));
                case "rollback" -> onlyAfter(Verdict.Outcome.ROLLBACK, found(payload));
                case "event" -> event(payload);
                default ->
                    Answer.line(
                            Answer.NOT_FOUND,
                            "there is no hook " + type
                                    + "; there are pre-rollout, rollout, confirm-promotion, rollback and event");
            };
        } catch (GateBook.RefusedException e) {
            return Answer.line(e.status(), String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return Answer.line(Answer.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static Release release(JsonNode payload) {
        return new Release(
                payload.path("namespace").asText(),
                payload.path("name").asText(),
                payload.path("checksum").asText());
    }

    /** The gate that the hook names, or that of its release, begun if need be. */
    private Standing begun(JsonNode payload) throws GateBook.RefusedException {
        if (payload.path("metadata").has("run")) {
            return found(payload);
        }
        Release release = release(payload);
        String scenario = payload.path("metadata").path("scenario").asText(release.name());
        return standing(book.ask(release, scenario));
    }

    private Standing found(JsonNode payload) {
        String run = payload.path("metadata").path("run").asText();
        if (!run.isEmpty()) {
            return ofRun(run);
        }
        Release release = release(payload);
        return book.find(release)
                .map(FlaggerHooks::standing)
                .orElseGet(() -> new Standing(
                        Optional.empty(),
                        true,
                        "no gate was begun for " + release + "; add a pre-rollout or rollout hook, or metadata.run"));
    }

    private Standing ofRun(String run) {
        Optional<RunBundle> bundle = runs.find(run);
        if (bundle.isEmpty()) {
            return new Standing(Optional.empty(), true, "there is no run " + run + " in this store");
        }
        return switch (runs.state(bundle.get())) {
            case JUDGED -> {
                Verdict verdict = bundle.get().verdict().orElseThrow();
                String reason = verdict.reasons().isEmpty()
                        ? ""
                        : ": " + verdict.reasons().getFirst();
                yield new Standing(
                        Optional.of(verdict.verdict()), false, verdict.verdict() + reason + " (run " + run + ")");
            }
            case RUNNING -> new Standing(Optional.empty(), true, "run " + run + " goes on");
            case KILLED -> inconclusive(run, "was killed");
            case UNJUDGED -> inconclusive(run, "was not judged");
        };
    }

    private static Standing inconclusive(String run, String why) {
        return new Standing(Optional.of(Verdict.Outcome.INCONCLUSIVE), false, "INCONCLUSIVE: run " + run + " " + why);
    }

    private static Standing standing(BookedGate gate) {
        String of =
                " (" + gate.scenario() + gate.run().map(run -> ", run " + run).orElse("") + ")";
        return switch (gate.state()) {
            case QUEUED -> new Standing(Optional.empty(), true, "the gate waits for others to end" + of);
            case RUNNING -> new Standing(Optional.empty(), true, "the gate goes on" + of);
            case LOST -> new Standing(Optional.empty(), false, "no verdict: " + gate.sentence() + of);
            case FAILED -> new Standing(Optional.empty(), false, "no verdict: " + gate.sentence() + of);
            case JUDGED ->
                new Standing(
                        gate.verdict(),
                        false,
                        gate.verdict().map(Enum::name).orElse("")
                                + (gate.sentence().isEmpty() ? "" : ": " + gate.sentence())
                                + of);
        };
    }

    /** Yes while the gate goes on and after it, unless it failed: a halt here counts towards Flagger's threshold. */
    private static Answer goesOn(Standing standing) {
        if (standing.open()) {
            return Answer.line(Answer.ACCEPTED, standing.sentence());
        }
        boolean mayGoOn = standing.verdict()
                .map(verdict -> verdict != Verdict.Outcome.ROLLBACK)
                .orElse(false);
        return Answer.line(mayGoOn ? Answer.OK : Answer.FORBIDDEN, standing.sentence());
    }

    private static Answer onlyAfter(Verdict.Outcome wanted, Standing standing) {
        boolean yes = standing.verdict().equals(Optional.of(wanted));
        return Answer.line(yes ? Answer.OK : Answer.FORBIDDEN, standing.sentence());
    }

    private Answer event(JsonNode payload) {
        Release release = release(payload);
        events.keep(payload, release);
        return Answer.line(Answer.OK, "kept");
    }
}
