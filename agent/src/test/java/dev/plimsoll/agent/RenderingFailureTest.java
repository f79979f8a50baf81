package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.engine.RenderedRequest;
import dev.plimsoll.agent.engine.Rendering;
import dev.plimsoll.agent.engine.RequestRenderer;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.agent.request.WorkloadRequests;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests that cannot be made: nothing of it is silent, and nothing hangs. */
class RenderingFailureTest {
    private static final String FAILURE = "no paper left";

    private static String yaml(String url, String load) {
        return yaml(url, load, "1s");
    }

    private static String yaml(String url, String load, String duration) {
        return """
                name: render
                target: {url: "%s", api: openai-chat, model: truth, stream: false}
                workload: [{name: get, input: {tokens: 8}, output: {tokens: 1}}]
                phases: [{name: load, duration: %s, %s}]
                """.formatted(url, duration, load);
    }

    @Test
    void aLegWhoseRequestsCannotBeRenderedIsRefused() throws Exception {
        try (TestAgent agent = new TestAgent(1, Transports.best(), new Failing(0))) {
            agent.adopt(yaml("http://127.0.0.1:1", "concurrency: 2"), 1);
            Answer.Refused refused = assertInstanceOf(Answer.Refused.class, agent.prepare(0));
            assertTrue(refused.reason().contains(FAILURE), refused::toString);
            // It can be tried again.
            assertInstanceOf(Answer.Refused.class, agent.prepare(0));
        }
    }

    @Test
    void requestsThatCannotBeRenderedWhileLoadRunsAreUnsentAndTold() throws Exception {
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(1)));
                TestAgent agent = new TestAgent(1, Transports.best(), new Failing(64))) {
            // One user's supply holds 64: the first 64 are rendered before the start.
            LegReports leg = agent.run(yaml(server.url(), "concurrency: 1", "3050ms"), 1);
            RequestCounts counts = leg.counts("load");
            assertEquals(64, counts.succeeded(), counts::toString);
            // The user rests 100 ms after each: at most 31.
            long unsent = counts.errors(ErrorClass.UNSENT);
            assertTrue(unsent >= 1 && unsent <= 31, counts::toString);
            assertEquals(unsent, counts.failed());
            assertTrue(leg.hasEvent("render"), () -> leg.events.toString());
            assertTrue(leg.events.stream().anyMatch(event -> event.sentence().contains(FAILURE)));
        }
    }

    @Test
    void aShardThatBreaksDownEndsTheLegAndTellsWhy() throws Exception {
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(1)));
                TestAgent agent = new TestAgent(2, Transports.best(), new OutOfRange())) {
            // No URL of that number: the client throws at the first request.
            agent.adopt(yaml(server.url(), "rate: 50/s"), 2);
            agent.start(0);
            LegReports leg = agent.ended();
            RequestCounts counts = leg.counts("load");
            assertTrue(counts.errors(ErrorClass.UNSENT) > 0, counts::toString);
            assertEquals(0, counts.succeeded());
            assertTrue(leg.hasEvent("failure"), () -> leg.events.toString());
            assertTrue(agent.rest().stream().noneMatch(Report.Interval.class::isInstance));
        }
    }

    /** Renders some requests, and then no more. */
    private record Failing(int good) implements AgentSession.RequestMaker {
        @Override
        public RequestFactory of(Scenario scenario, TargetFacts facts, Map<String, String> promptFiles) {
            WorkloadRequests requests = WorkloadRequests.of(scenario, facts, promptFiles);
            return new RequestFactory() {
                @Override
                public RequestContent create(long stream, long sequence) {
                    if (sequence >= good) {
                        throw new IllegalStateException(FAILURE);
                    }
                    return requests.create(stream, sequence);
                }

                @Override
                public RequestContent sample(int spec, long sequence) {
                    return requests.sample(spec, sequence);
                }
            };
        }
    }

    /** Renders for a URL that is not there. */
    private static final class OutOfRange implements AgentSession.RequestMaker {
        @Override
        public RequestFactory of(Scenario scenario, TargetFacts facts, Map<String, String> promptFiles) {
            return WorkloadRequests.of(scenario, facts, promptFiles);
        }

        @Override
        public Rendering rendering(Target target) {
            RequestRenderer real = new RequestRenderer(target);
            return (content, url) -> {
                RenderedRequest rendered = real.render(content, url);
                return new RenderedRequest(7, rendered.spec(), rendered.bytes(), rendered.answer(), rendered.head());
            };
        }
    }
}
