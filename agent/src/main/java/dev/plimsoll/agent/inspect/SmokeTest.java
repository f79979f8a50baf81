package dev.plimsoll.agent.inspect;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.protocol.SmokeResult;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Scenario;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Requests sent before any load, one at a time; tried again until all are answered well or the time is over. */
public final class SmokeTest {

    /** Sends through that client; timers run on that Vert.x. */
    public SmokeTest(Vertx vertx, HttpFetch fetch) {
        throw new UnsupportedOperationException();
    }

    /** Runs the test; never fails: what went wrong is in the result. */
    public Future<SmokeResult> run(Scenario scenario, Gate.Smoke smoke, RequestFactory requests) {
        throw new UnsupportedOperationException();
    }
}
