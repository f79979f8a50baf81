package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Plan;
import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.ProtocolException;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.request.WorkloadRequests;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.scenarios.ScenarioReader;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.transport.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** An agent on a Vert.x of its own, and a controller that commands it over the bus and keeps what it reports. */
final class TestAgent implements AutoCloseable {
    private static final TargetFacts FACTS = new TargetFacts(
            List.of(), Optional.of("truth"), Optional.empty(), Map.of(), TargetFacts.Vocabulary.BUILT_IN, List.of());

    final Vertx vertx;
    final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
    final AtomicInteger abandoned = new AtomicInteger();
    private final String deployment;
    private volatile boolean deaf;

    /** One on the best transport. */
    TestAgent(int shards) throws Exception {
        this(shards, Transports.best(), WorkloadRequests::of);
    }

    TestAgent(int shards, Transport transport, AgentSession.RequestMaker maker) throws Exception {
        // One loop for the agent and one for the bus, so that load has its own whatever the machine.
        int loops = Math.max(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE, shards + 2);
        vertx = Vertx.builder()
                .withTransport(transport)
                .with(new VertxOptions().setEventLoopPoolSize(loops))
                .build();
        vertx.eventBus().<Buffer>consumer(ProtocolCodec.CONTROLLER_ADDRESS, this::received);
        AgentFacts facts = new AgentFacts("a1", "here", "1", "host", 1, 2, "any", shards);
        AgentSettings settings = new AgentSettings(facts, abandoned::incrementAndGet);
        deployment = vertx.deployVerticle(new AgentVerticle(settings, maker)).await(20, TimeUnit.SECONDS);
    }

    private void received(Message<Buffer> message) {
        if (deaf) {
            return;
        }
        try {
            Report report = ProtocolCodec.decode(message.body().getBytes(), Report.class);
            if (!(report instanceof Report.Beat)) {
                reports.add(report);
            }
            message.reply(Buffer.buffer());
        } catch (ProtocolException e) {
            message.fail(1, String.valueOf(e.getMessage()));
        }
    }

    /** Answers no report any more. */
    void becomeDeaf() {
        deaf = true;
    }

    /** Adopts a run of that scenario. */
    void adopt(String yaml, int totalShards) throws Exception {
        String resolved = ScenarioReader.read("test", yaml, Path.of(""), List.of(), Map.of())
                .resolved();
        assertInstanceOf(
                Answer.Done.class, tell(new Command.Adopt(new Plan("r1", resolved, Map.of(), 0, totalShards))));
    }

    /** Prepares and starts a leg. */
    void start(int leg) throws Exception {
        assertInstanceOf(Answer.Prepared.class, tell(new Command.PrepareLeg("r1", leg, FACTS)));
        assertInstanceOf(Answer.Done.class, tell(new Command.StartLeg("r1", leg, WallClock.micros())));
    }

    /** Prepares a leg; the answer may be a refusal. */
    Answer prepare(int leg) throws Exception {
        return tell(new Command.PrepareLeg("r1", leg, FACTS));
    }

    /** Waits for the end of the leg that runs. */
    LegReports ended() throws Exception {
        LegReports told = new LegReports();
        while (!told.add(next())) {
            continue;
        }
        return told;
    }

    /** Runs the only leg of a scenario. */
    LegReports run(String yaml, int totalShards) throws Exception {
        adopt(yaml, totalShards);
        start(0);
        return ended();
    }

    /** The next report. */
    Report next() throws Exception {
        Report report = reports.poll(30, TimeUnit.SECONDS);
        return report == null ? fail("no report within 30 s") : report;
    }

    /** Reports that have come and were not taken. */
    List<Report> rest() {
        List<Report> rest = new ArrayList<>();
        reports.drainTo(rest);
        return rest;
    }

    Answer tell(Command command) throws Exception {
        Buffer body = Buffer.buffer(ProtocolCodec.encode(command));
        Buffer reply = vertx.eventBus()
                .<Buffer>request(ProtocolCodec.agentAddress("a1"), body)
                .await(20, TimeUnit.SECONDS)
                .body();
        return ProtocolCodec.decode(reply.getBytes(), Answer.class);
    }

    /** Takes the verticle down. */
    void undeploy() throws Exception {
        vertx.undeploy(deployment).await(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws TimeoutException {
        vertx.close().await(30, TimeUnit.SECONDS);
    }
}
