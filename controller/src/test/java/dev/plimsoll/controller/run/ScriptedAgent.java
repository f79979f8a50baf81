package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.ProtocolException;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.protocol.SmokeResult;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.IntervalSnapshot;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.HdrHistogram.Histogram;

/** An agent that speaks the protocol and sends no load: one interval of ten good requests for each leg. */
final class ScriptedAgent {
    /** What it does wrong. */
    enum Fault {
        NONE,
        NEVER_GREETS,
        SILENT_ONCE_STARTED,
        REFUSES,
        FAILS_SMOKE,
        DOUBLE_INTERVALS,
        NEVER_ENDS,
        LATE_READINGS
    }

    static final int REQUESTS = 10;

    final List<Command> commands = new CopyOnWriteArrayList<>();
    private final Vertx vertx;
    private final AgentFacts facts;
    private final Fault fault;
    private final long clockOffsetMicros;
    private volatile int commandsBeforeReadings;
    private String run = "";
    private boolean silent;

    ScriptedAgent(Vertx vertx, String label, Fault fault, long clockOffsetMicros) {
        this.vertx = vertx;
        this.fault = fault;
        this.clockOffsetMicros = clockOffsetMicros;
        facts = new AgentFacts(label, label, BuildVersion.number(), "host", 1, 2, "nio", 1);
    }

    void start() {
        vertx.eventBus().<Object>consumer(ProtocolCodec.agentAddress(facts.id()), this::command);
        if (fault == Fault.NEVER_GREETS) {
            return;
        }
        send(new Report.Hello(facts));
        vertx.setPeriodic(200, timer -> {
            if (!silent) {
                send(new Report.Beat(facts.id(), run));
            }
        });
    }

    private void command(Message<Object> message) {
        Command command;
        try {
            command = ProtocolCodec.decode(MessageBody.bytes(message.body()), Command.class);
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
        commands.add(command);
        Answer answer = switch (command) {
            case Command.Ping ping -> new Answer.Pong(ping.sequence(), wallMicros());
            case Command.Adopt adopt -> {
                run = adopt.plan().run();
                if (fault == Fault.LATE_READINGS) {
                    vertx.setTimer(700, timer -> readings());
                }
                yield fault == Fault.REFUSES ? new Answer.Refused("key s3cret is bad") : new Answer.Done();
            }
            case Command.Inspect inspect ->
                new Answer.Inspected(new TargetFacts(
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of(),
                        TargetFacts.Vocabulary.BUILT_IN,
                        List.of("a note with s3cret")));
            case Command.Smoke smoke ->
                new Answer.Smoked(new SmokeResult(fault != Fault.FAILS_SMOKE, "one request with s3cret", List.of()));
            case Command.PrepareLeg leg -> new Answer.Prepared(leg.leg(), 1, 1, "1.1", Optional.empty());
            case Command.StartLeg leg -> {
                begin(leg);
                yield new Answer.Done();
            }
            default -> new Answer.Done();
        };
        message.reply(ProtocolCodec.encode(answer));
    }

    /** How many commands had come when the probes had something to tell. */
    int commandsBeforeReadings() {
        return commandsBeforeReadings;
    }

    private void readings() {
        commandsBeforeReadings = commands.size();
        send(new Report.Sample(
                run,
                new NodeSample("gpu-0", "nvidia-smi", facts.id(), wallMicros(), Map.of("gpu.count", Reading.of(8)))));
    }

    private void begin(Command.StartLeg start) {
        if (fault == Fault.SILENT_ONCE_STARTED) {
            silent = true;
        } else if (fault != Fault.NEVER_ENDS) {
            vertx.setTimer(500, timer -> {
                send(new Report.Interval(snapshot(start)));
                if (fault == Fault.DOUBLE_INTERVALS) {
                    send(new Report.Interval(snapshot(start)));
                }
                send(new Report.LegEnded(run, facts.id(), start.leg(), 1));
            });
        }
    }

    private IntervalSnapshot snapshot(Command.StartLeg start) {
        Histogram latency = Histograms.create(Metrics.LATENCY);
        for (int i = 0; i < REQUESTS; i++) {
            latency.recordValue(5_000_000);
        }
        RequestCounts counts =
                new RequestCounts(REQUESTS, REQUESTS, REQUESTS, 0, REQUESTS, Map.of(), 0, REQUESTS, REQUESTS, 0, 0, 0);
        return new IntervalSnapshot(
                run,
                facts.id(),
                start.leg(),
                0,
                start.wallMicros(),
                1_000_000,
                true,
                List.of(new RequestInterval(
                        new SeriesKey(0, "steady", "root"), counts, 0, Map.of(Metrics.LATENCY.name(), latency))),
                Histograms.create(Metrics.LATENCY),
                Map.of());
    }

    private long wallMicros() {
        return System.currentTimeMillis() * 1_000 + clockOffsetMicros;
    }

    private void send(Report report) {
        vertx.eventBus().send(ProtocolCodec.CONTROLLER_ADDRESS, ProtocolCodec.encode(report));
    }
}
