package dev.plimsoll.agent.inspect;

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
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Requests sent before any load, one at a time; tried again until all are answered well or the time is over. */
public final class SmokeTest {
    private static final long PAUSE_MILLIS = 500;
    private static final int LIMIT = 16 * 1024 * 1024;
    private static final int EXCERPT = 500;

    private final Vertx vertx;
    private final HttpFetch fetch;

    /** Sends through that client; timers run on that Vert.x. */
    public SmokeTest(Vertx vertx, HttpFetch fetch) {
        this.vertx = vertx;
        this.fetch = fetch;
    }

    /** Runs the test; never fails: what went wrong is in the result. */
    public Future<SmokeResult> run(Scenario scenario, Gate.Smoke smoke, RequestFactory requests) {
        Run run = new Run(scenario, smoke, requests);
        vertx.runOnContext(start -> run.next());
        return run.result.future();
    }

    /** One test under way, confined to one event loop by the sequence of its futures. */
    private final class Run {
        private final Scenario scenario;
        private final RequestFactory requests;
        private final int count;
        private final int total;
        private final long deadline;
        private final List<Attempt> passed = new ArrayList<>();
        private final Promise<SmokeResult> result = Promise.promise();

        Run(Scenario scenario, Gate.Smoke smoke, RequestFactory requests) {
            this.scenario = scenario;
            this.requests = requests;
            this.count = smoke.requests();
            this.total = smoke.requests() * scenario.workload().size();
            this.deadline = System.nanoTime() + smoke.timeout().toNanos();
        }

        void next() {
            if (passed.size() == total) {
                result.complete(new SmokeResult(true, "all " + total + " smoke requests were answered well", passed));
                return;
            }
            int spec = passed.size() / count;
            String name = scenario.workload().get(spec).name();
            long start = System.nanoTime();
            try {
                send(spec, name, start);
            } catch (RuntimeException e) {
                end(new Attempt(name, false, 0, 0, "the request cannot be made: " + e.getMessage(), "", ""));
            }
        }

        private void send(int spec, String name, long start) {
            Target target = scenario.target();
            RequestContent content = requests.sample(spec, passed.size() % count);
            URI base = target.urls().get(passed.size() % target.urls().size());
            URI uri = TargetPaths.resolve(target.api(), base, content.path());
            Map<String, String> headers = RequestHeaders.merge(base, target.headers(), content.headers());
            if (content.body().length > 0) {
                headers.putIfAbsent("Content-Type", "application/json");
            }
            long left = Math.max(1, (deadline - start) / 1_000_000);
            Duration timeout = Duration.ofMillis(Math.clamp(target.timeout().toMillis(), 1, left));
            String sent = content.method() + " " + uri.getRawPath() + " "
                    + excerpt(new String(content.body(), StandardCharsets.UTF_8));
            fetch.fetch(new Fetch(content.method(), uri, headers, content.body(), timeout, LIMIT))
                    .map(answer -> judge(name, content, uri, answer, start, sent))
                    .otherwise(
                            e -> new Attempt(name, false, 0, millis(start), String.valueOf(e.getMessage()), sent, ""))
                    .onSuccess(this::attempted);
        }

        private void attempted(Attempt attempt) {
            if (attempt.passed()) {
                passed.add(attempt);
                next();
            } else if (System.nanoTime() + PAUSE_MILLIS * 1_000_000 < deadline) {
                vertx.setTimer(PAUSE_MILLIS, id -> next());
            } else {
                end(attempt);
            }
        }

        private void end(Attempt failure) {
            List<Attempt> attempts = new ArrayList<>(passed);
            attempts.add(failure);
            int failed = total - passed.size();
            String sentence =
                    failed + " of " + total + " smoke requests failed or were not reached: " + failure.sentence();
            result.complete(new SmokeResult(false, sentence, attempts));
        }
    }

    private static Attempt judge(
            String name, RequestContent content, URI uri, Fetched answer, long start, String sent) {
        String complaint = AnswerCheck.complaint(content, answer);
        String said = complaint.isEmpty()
                ? "ok"
                : complaint + " from " + uri + (answer.body().length == 0 ? "" : " (" + excerpt(answer.text()) + ")");
        return new Attempt(
                name, complaint.isEmpty(), answer.status(), millis(start), said, sent, excerpt(answer.text()));
    }

    private static double millis(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static String excerpt(String text) {
        return text.length() <= EXCERPT ? text : text.substring(0, EXCERPT) + "…";
    }
}
