package dev.plimsoll.agent;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.preflight.MachineLook;
import dev.plimsoll.agent.preflight.PageLook;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.LookRequest;
import dev.plimsoll.agent.protocol.PagesRequest;
import dev.plimsoll.agent.protocol.Plan;
import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.ProtocolException;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.request.WorkloadRequests;
import dev.plimsoll.agent.sockets.SocketBudget;
import dev.plimsoll.agent.sockets.SocketBudget.Shortage;
import dev.plimsoll.agent.sockets.SocketLimits;
import dev.plimsoll.agent.sockets.SocketNeed;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioReader;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An agent: greets the controller, obeys its commands, and reports what it measures. Deploy one instance, on an event
 * loop that carries no load; it makes its own contexts for shards and probes.
 */
public final class AgentVerticle extends VerticleBase {
    private static final long HELLO_MILLIS = 1_000;
    private static final long BEAT_MILLIS = 500;
    private static final long STOP_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long ABANDON_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AgentSettings settings;
    private final AgentSession.RequestMaker maker;
    private @Nullable AgentSession session;
    private boolean adopting;
    private boolean greeted;
    private boolean released;
    private boolean stopped;
    private boolean over;
    private boolean undeployed;
    private long answeredNanos;

    /** With these settings. */
    public AgentVerticle(AgentSettings settings) {
        this(settings, WorkloadRequests::of);
    }

    /** With requests made otherwise. */
    AgentVerticle(AgentSettings settings, AgentSession.RequestMaker maker) {
        this.settings = requireNonNull(settings, "settings");
        this.maker = requireNonNull(maker, "maker");
    }

    @Override
    public Future<?> start() {
        String address = ProtocolCodec.agentAddress(settings.facts().id());
        return vertx.eventBus()
                .<Object>consumer(address, this::received)
                .completion()
                .onSuccess(ready -> {
                    hello();
                    vertx.setPeriodic(BEAT_MILLIS, timer -> beat());
                });
    }

    @Override
    public Future<?> stop() {
        undeployed = true;
        AgentSession current = session;
        if (current == null) {
            return Future.succeededFuture();
        }
        boolean lost = System.nanoTime() - answeredNanos > STOP_AFTER_NANOS;
        return current.release(lost ? AgentSession.LONGEST_LOST_RELEASE : AgentSession.LONGEST_RELEASE);
    }

    private Future<Message<Object>> tell(Report report, long timeoutMillis) {
        DeliveryOptions options = new DeliveryOptions().setSendTimeout(timeoutMillis);
        return vertx.eventBus()
                .request(ProtocolCodec.CONTROLLER_ADDRESS, Buffer.buffer(ProtocolCodec.encode(report)), options);
    }

    private void hello() {
        if (greeted || released) {
            return;
        }
        tell(new Report.Hello(settings.facts()), HELLO_MILLIS).onSuccess(reply -> acknowledged());
        vertx.setTimer(HELLO_MILLIS, timer -> hello());
    }

    private void acknowledged() {
        greeted = true;
        stopped = false;
        answeredNanos = System.nanoTime();
    }

    private void beat() {
        if (!greeted || released) {
            return;
        }
        AgentSession current = session;
        String run = current == null ? "" : current.run();
        tell(new Report.Beat(settings.facts().id(), run), BEAT_MILLIS * 2).onSuccess(reply -> acknowledged());
        long silence = System.nanoTime() - answeredNanos;
        if (silence > STOP_AFTER_NANOS && !stopped && current != null && current.loading()) {
            stopped = true;
            current.abort("the controller has not answered for 2 s");
        }
        if (silence > ABANDON_AFTER_NANOS) {
            end();
        }
    }

    private void end() {
        if (!over) {
            over = true;
            settings.over().run();
        }
    }

    private void received(Message<Object> message) {
        Object body = message.body();
        byte[] bytes =
                body instanceof Buffer buffer ? buffer.getBytes() : body instanceof byte[] raw ? raw : new byte[0];
        Future<Answer> answer;
        try {
            answer = handle(ProtocolCodec.decode(bytes, Command.class));
        } catch (ProtocolException | RuntimeException failure) {
            answer = AgentSession.refused(sentence(failure));
        }
        answer.otherwise(failure -> new Answer.Refused(sentence(failure))).onSuccess(result -> {
            message.reply(Buffer.buffer(ProtocolCodec.encode(result)));
            if (released) {
                end();
            }
        });
    }

    private static String sentence(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }

    private Future<Answer> handle(Command command) {
        return switch (command) {
            case Command.Ping ping -> Future.succeededFuture(new Answer.Pong(ping.sequence(), WallClock.micros()));
            case Command.Look look -> look(look.request());
            case Command.LookAtPages look -> look(look.request());
            case Command.Adopt adopt -> adopt(adopt.plan());
            case Command.Inspect inspect -> forRun(inspect.run(), command);
            case Command.Smoke smoke -> forRun(smoke.run(), command);
            case Command.PrepareLeg prepare -> forRun(prepare.run(), command);
            case Command.StartLeg start -> forRun(start.run(), command);
            case Command.EndLeg end -> forRun(end.run(), command);
            case Command.StopLeg stop -> forRun(stop.run(), command);
            case Command.Abort abort -> forRun(abort.run(), command);
            case Command.Release release ->
                forRun(release.run(), command).onSuccess(answer -> released = answer instanceof Answer.Done);
        };
    }

    private Future<Answer> look(LookRequest request) {
        String host = settings.facts().host();
        return vertx.executeBlocking(() -> new Answer.Looked(MachineLook.here().look(host, request)), false);
    }

    private Future<Answer> look(PagesRequest request) {
        HttpFetch fetch = new HttpFetch(vertx, Optional.empty());
        return new PageLook(fetch).look(request).<Answer>map(Answer.Looked::new).eventually(fetch::close);
    }

    private Future<Answer> forRun(String run, Command command) {
        AgentSession current = session;
        if (current == null) {
            return AgentSession.refused("this agent serves no run yet: send adopt for run " + run + " first");
        }
        if (!current.run().equals(run)) {
            return AgentSession.refused("this agent serves run " + current.run() + ", not " + run + ": use another");
        }
        if (released) {
            return AgentSession.refused("run " + run + " was released: start a new agent");
        }
        return current.handle(command);
    }

    private Future<Answer> adopt(Plan plan) {
        AgentSession current = session;
        if (current != null || adopting) {
            return AgentSession.refused("this agent serves "
                    + (current == null ? "another run" : "run " + current.run()) + ": start another agent");
        }
        adopting = true;
        return vertx.executeBlocking(() -> read(plan, settings.facts().shards()), false)
                .map(read -> {
                    if (undeployed) {
                        return new Answer.Refused("this agent was ended meanwhile: use another");
                    }
                    AgentSession fresh = new AgentSession(
                            vertx, context, settings.facts(), maker, plan, read.scenario(), read.ground());
                    session = fresh;
                    read.warnings().forEach(fresh::warn);
                    return (Answer) new Answer.Done();
                })
                .onComplete(done -> adopting = false);
    }

    /** What a plan says, looked up; and what may go wrong with it here, a sentence each. */
    private record Read(Scenario scenario, Ground ground, List<String> warnings) {}

    /** Looks it up, and refuses what is sure to fail here. */
    private static Read read(Plan plan, int shards) throws Exception {
        Scenario scenario = ScenarioReader.fromResolved(plan.scenario());
        Ground ground = Ground.of(scenario);
        SocketNeed.Part part = new SocketNeed.Part(plan.firstShard(), shards, plan.totalShards());
        List<Shortage> shortages =
                SocketBudget.of(SocketNeed.of(scenario, part, ground.endpoints()), SocketLimits.read(Path.of("/")));
        for (Shortage shortage : shortages) {
            if (shortage.sure()) {
                throw new IOException(shortage.sentence());
            }
        }
        return new Read(
                scenario, ground, shortages.stream().map(Shortage::sentence).toList());
    }
}
