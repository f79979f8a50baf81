package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.engine.RenderedRequest;
import dev.plimsoll.agent.engine.Rendering;
import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Plan;
import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioReader;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.Work.Expectation;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgentVerticleTest {
    private static final TargetFacts FACTS = new TargetFacts(
            List.of(), Optional.empty(), Optional.empty(), Map.of(), TargetFacts.Vocabulary.BUILT_IN, List.of());

    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Vertx vertx = Vertx.vertx();
    private final ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(5)));

    @BeforeEach
    void deploy() throws Exception {
        vertx.eventBus().<Buffer>consumer(ProtocolCodec.CONTROLLER_ADDRESS, message -> {
            try {
                reports.add(ProtocolCodec.decode(message.body().getBytes(), Report.class));
                message.reply(Buffer.buffer());
            } catch (Exception e) {
                message.fail(1, String.valueOf(e.getMessage()));
            }
        });
        AgentFacts facts = new AgentFacts("a1", "here", "1", "host", 1, 2, "nio", 2);
        AgentVerticle verticle = new AgentVerticle(new AgentSettings(facts, over::countDown), new Requests());
        vertx.deployVerticle(verticle).await(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
        server.close();
    }

    @Test
    void aLegGoesFromItsCommandToTheReportOfItsEnd() throws Exception {
        assertInstanceOf(Report.Hello.class, reports.poll(10, TimeUnit.SECONDS));
        assertInstanceOf(Answer.Done.class, tell(new Command.Adopt(plan())));
        assertInstanceOf(Answer.Prepared.class, tell(new Command.PrepareLeg("r1", 0, FACTS)));
        assertInstanceOf(Answer.Done.class, tell(new Command.StartLeg("r1", 0, WallClock.micros())));
        RequestCounts counts = RequestCounts.NONE;
        int intervals = 0;
        while (true) {
            Report report = reports.poll(20, TimeUnit.SECONDS);
            assertNotNull(report, "the leg did not end");
            if (report instanceof Report.Interval interval) {
                assertEquals(intervals++, interval.snapshot().index());
                for (var part : interval.snapshot().requests()) {
                    counts = counts.plus(part.counts());
                    assertEquals(
                            counts.scheduled(), counts.succeeded() + counts.failed() + part.inFlight(), "all counted");
                }
            } else if (report instanceof Report.LegEnded ended) {
                assertEquals(intervals, ended.intervals());
                break;
            }
        }
        // 50/s for 2 s, the first at the start.
        assertEquals(100, counts.scheduled());
        assertEquals(100, counts.succeeded());
        assertTrue(intervals >= 2);
        assertEquals(1, over.getCount());
        assertInstanceOf(Answer.Done.class, tell(new Command.Release("r1")));
        assertTrue(over.await(10, TimeUnit.SECONDS), "a released agent has nothing left to do");
    }

    @Test
    void commandsOutOfOrderAndForeignOnesAreRefused() throws Exception {
        assertInstanceOf(Answer.Refused.class, tell(new Command.StartLeg("r1", 0, 0)));
        assertInstanceOf(Answer.Refused.class, tell(new Command.Adopt(new Plan("r1", "nonsense: [", Map.of(), 0, 2))));
        assertInstanceOf(Answer.Done.class, tell(new Command.Adopt(plan())));
        assertInstanceOf(Answer.Refused.class, tell(new Command.Adopt(plan())));
        assertInstanceOf(Answer.Refused.class, tell(new Command.StartLeg("r1", 0, 0)));
        assertInstanceOf(Answer.Refused.class, tell(new Command.PrepareLeg("r2", 0, FACTS)));
        assertInstanceOf(Answer.Refused.class, tell(new Command.PrepareLeg("r1", 7, FACTS)));
    }

    private Plan plan() throws Exception {
        String yaml = """
                name: session
                target: {url: "%s", api: http}
                workload: [{name: get, request: {method: GET, path: /}}]
                phases: [{name: load, duration: 2s, rate: 50/s, arrivals: constant}]
                """.formatted(server.url());
        String resolved = ScenarioReader.read("test", yaml, Path.of(""), List.of(), Map.of())
                .resolved();
        return new Plan("r1", resolved, Map.of(), 0, 2);
    }

    private Answer tell(Command command) throws Exception {
        Buffer body = Buffer.buffer(ProtocolCodec.encode(command));
        Buffer reply = vertx.eventBus()
                .<Buffer>request(ProtocolCodec.agentAddress("a1"), body)
                .await(20, TimeUnit.SECONDS)
                .body();
        return ProtocolCodec.decode(reply.getBytes(), Answer.class);
    }

    /** Plain requests without a body. */
    private static final class Requests implements AgentSession.RequestMaker, RequestFactory {
        private static final AnswerFormat PLAIN = new AnswerFormat(Api.HTTP, false, Expectation.ANY_SUCCESS);

        @Override
        public RequestFactory of(Scenario scenario, TargetFacts facts, Map<String, String> promptFiles) {
            return this;
        }

        @Override
        public Rendering rendering(Target target) {
            byte[] bytes = "GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            return (content, url) -> new RenderedRequest(url, 0, Unpooled.copiedBuffer(bytes), PLAIN, false);
        }

        @Override
        public RequestContent create(long stream, long sequence) {
            return new RequestContent(0, "GET", "/", Map.of(), new byte[0], PLAIN);
        }

        @Override
        public RequestContent sample(int spec, long sequence) {
            return create(0, sequence);
        }
    }
}
