package dev.plimsoll.agent.inspect;

import dev.plimsoll.agent.fetch.FetchException;
import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.fetch.HttpFetch.Fetch;
import dev.plimsoll.agent.protocol.SmokeResult;
import dev.plimsoll.agent.protocol.SmokeResult.Attempt;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.agent.request.RequestHeaders;
import dev.plimsoll.agent.request.TargetPaths;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.RequestSpec;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Requests sent before any load, one at a time, as the load sends them.
 *
 * <p>They go in rounds: each is sent, and those that failed are sent again in the next round, half a second later, until
 * all have been answered well or the time is over. A server that is still starting, which refuses connections or answers
 * 503, ends its round at once: the others would fare no better.
 */
public final class SmokeTest {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int LIMIT = 16 * 1024 * 1024;
    private static final int EXCERPT = 500;
    private static final int UNAVAILABLE = 503;

    private final Vertx vertx;
    private final HttpFetch fetch;
    private final Duration pause;

    /** Sends through that client; timers run on that Vert.x. */
    public SmokeTest(Vertx vertx, HttpFetch fetch) {
        this(vertx, fetch, PAUSE);
    }

    /** Waits that long between rounds. */
    SmokeTest(Vertx vertx, HttpFetch fetch, Duration pause) {
        this.vertx = vertx;
        this.fetch = fetch;
        this.pause = pause;
    }

    /** Runs the test; never fails: what went wrong is in the result. */
    public Future<SmokeResult> run(Scenario scenario, Gate.Smoke smoke, RequestFactory requests) {
        Run run = new Run(scenario, smoke, requests);
        vertx.runOnContext(start -> run.round());
        return run.result.future();
    }

    /** One of the requests; {@code number} counts those of its workload entry. */
    private record Request(int spec, int number) {}

    /** What came of a request: the attempt, and whether the server seems to be still starting. */
    private record Outcome(Attempt attempt, boolean starting) {}

    /** One test under way, confined to one event loop by the sequence of its futures. */
    private final class Run {
        private final Scenario scenario;
        private final RequestFactory requests;
        private final int count;
        private final int total;
        private final long deadline;
        private final List<Attempt> passed = new ArrayList<>();
        private final Map<Integer, Attempt> lastFailures = new TreeMap<>();
        private final Deque<Request> round = new ArrayDeque<>();
        private final Deque<Request> again = new ArrayDeque<>();
        private final Promise<SmokeResult> result = Promise.promise();
        private String lastFailure = "";
        private long startingSince;
        private boolean starting;

        Run(Scenario scenario, Gate.Smoke smoke, RequestFactory requests) {
            this.scenario = scenario;
            this.requests = requests;
            this.count = smoke.requests();
            this.total = smoke.requests() * scenario.workload().size();
            this.deadline = System.nanoTime() + smoke.timeout().toNanos();
            for (int spec = 0; spec < scenario.workload().size(); spec++) {
                for (int number = 0; number < smoke.requests(); number++) {
                    again.add(new Request(spec, number));
                }
            }
        }

        /** Begins a round with all requests that have not been answered well. */
        void round() {
            round.addAll(again);
            again.clear();
            next();
        }

        private void next() {
            Request request = round.poll();
            if (request != null && (passed.isEmpty() && lastFailures.isEmpty() || System.nanoTime() < deadline)) {
                send(request).onSuccess(outcome -> ended(request, outcome));
                return;
            }
            if (request != null) {
                again.add(request);
            }
            again.addAll(round);
            round.clear();
            if (again.isEmpty() || System.nanoTime() + pause.toNanos() >= deadline) {
                result.complete(again.isEmpty() ? success() : failure());
            } else {
                vertx.setTimer(pause.toMillis(), id -> round());
            }
        }

        private void ended(Request request, Outcome outcome) {
            Attempt attempt = outcome.attempt();
            if (attempt.passed()) {
                passed.add(attempt);
                starting = false;
            } else {
                again.add(request);
                lastFailures.put(request.spec(), attempt);
                lastFailure = attempt.sentence();
                if (outcome.starting() && !starting) {
                    startingSince = System.nanoTime() - (long) (attempt.millis() * 1e6);
                }
                starting = outcome.starting();
            }
            if (starting) {
                again.addAll(round);
                round.clear();
            }
            next();
        }

        private SmokeResult success() {
            String sentence = total == 1
                    ? "the smoke request was answered well"
                    : "all " + total + " smoke requests were answered well";
            return new SmokeResult(true, sentence, passed);
        }

        private SmokeResult failure() {
            List<Attempt> attempts = new ArrayList<>(passed);
            attempts.addAll(lastFailures.values());
            String sentence =
                    starting ? lastFailure : again.size() + " of " + total + " smoke requests failed: " + lastFailure;
            return new SmokeResult(false, sentence, attempts);
        }

        /** Sends one request; never fails. */
        private Future<Outcome> send(Request request) {
            RequestSpec spec = scenario.workload().get(request.spec());
            long start = System.nanoTime();
            try {
                Target target = scenario.target();
                RequestContent content = requests.sample(request.spec(), request.number());
                int index = request.spec() * count + request.number();
                URI url = target.urls().get(index % target.urls().size());
                Sending sending = new Sending(spec.name(), content, target, url, start);
                long left = Math.max(1, (deadline - start) / 1_000_000);
                Duration timeout = Duration.ofMillis(Math.clamp(target.timeout().toMillis(), 1, left));
                return fetch.fetch(sending.fetch(timeout))
                        .map(answer -> judge(sending, answer))
                        .otherwise(e -> unanswered(sending, e));
            } catch (RuntimeException e) {
                String sentence = "the request cannot be made: " + e.getMessage();
                return Future.succeededFuture(
                        new Outcome(new Attempt(spec.name(), false, 0, 0, sentence, "", ""), false));
            }
        }

        private Outcome judge(Sending sending, Fetched answer) {
            String complaint = sending.complaint(answer);
            boolean unavailable = !complaint.isEmpty() && answer.status() == UNAVAILABLE;
            String sentence = complaint.isEmpty() ? "ok" : complaint + " from " + sending.shownUrl();
            if (unavailable) {
                String said = complaint.replaceFirst("^status 503", "");
                sentence = sending.shownUrl() + " answered 503" + lasting(sending) + said;
            }
            return new Outcome(
                    sending.attempt(complaint.isEmpty(), answer.status(), sentence, answer.body()), unavailable);
        }

        private Outcome unanswered(Sending sending, Throwable cause) {
            boolean refused = cause instanceof FetchException e && e.kind() == FetchException.Kind.CONNECT;
            String sentence = cause.getMessage() + (refused ? lasting(sending) : "");
            return new Outcome(sending.attempt(false, 0, sentence, new byte[0]), refused);
        }

        /** Since when the server has been starting. */
        private String lasting(Sending sending) {
            double seconds = (System.nanoTime() - (starting ? startingSince : sending.start())) / 1e9;
            return String.format(Locale.ROOT, seconds < 9.95 ? " for %.1f s" : " for %.0f s", seconds)
                    .replace(".0 s", " s");
        }
    }

    /** A request on its way, and what may be shown of it. */
    private record Sending(String name, RequestContent content, Target target, URI url, long start) {
        Fetch fetch(Duration timeout) {
            Map<String, String> headers = RequestHeaders.of(target, url, content);
            // The load asks for no encoding, and this client would.
            RequestHeaders.putIfAbsent(headers, "Accept-Encoding", "identity");
            URI uri = TargetPaths.resolve(target.api(), url, content.path());
            return new Fetch(content.method(), uri, headers, content.body(), timeout, LIMIT);
        }

        String shownUrl() {
            return TargetPaths.shown(target.api(), url, content.path());
        }

        private HeaderMask mask() {
            return HeaderMask.of(url, RequestHeaders.of(target, url, content));
        }

        /**
         * What is wrong with an answer; empty when it is good. The words are those for the answer without header values:
         * a quotation could end within one.
         */
        String complaint(Fetched answer) {
            String complaint = AnswerCheck.complaint(content, answer);
            if (complaint.isEmpty()) {
                return "";
            }
            HeaderMask mask = mask();
            byte[] hidden = mask.hide(answer.text()).getBytes(StandardCharsets.UTF_8);
            String shown = AnswerCheck.complaint(
                    content, new Fetched(answer.status(), answer.contentType(), hidden, answer.truncated()));
            return mask.hide(shown.isEmpty() ? "an answer that is not as it should be" : shown);
        }

        Attempt attempt(boolean passed, int status, String sentence, byte[] answer) {
            HeaderMask mask = mask();
            double millis = (System.nanoTime() - start) / 1e6;
            String path = shownUrl().replaceFirst("^https?://[^/]*", "");
            String sent = content.method() + " " + mask.hide(path) + " " + mask.beginning(content.body(), EXCERPT);
            return new Attempt(
                    name, passed, status, millis, mask.hide(sentence), sent.strip(), mask.beginning(answer, EXCERPT));
        }
    }
}
