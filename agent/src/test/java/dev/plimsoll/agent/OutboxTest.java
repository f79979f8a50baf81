package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.measurements.AgentEvent;
import dev.plimsoll.measurements.NodeSample;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final List<Report> heard = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private void listen() throws Exception {
        vertx.eventBus()
                .<Buffer>consumer(ProtocolCodec.CONTROLLER_ADDRESS, message -> {
                    try {
                        heard.add(ProtocolCodec.decode(message.body().getBytes(), Report.class));
                        message.reply(Buffer.buffer());
                    } catch (Exception e) {
                        message.fail(1, String.valueOf(e.getMessage()));
                    }
                })
                .completion()
                .await(10, TimeUnit.SECONDS);
    }

    private static Report sample(int number) {
        return new Report.Sample("r1", new NodeSample("n", "local", "a1", number, Map.of()));
    }

    private static Report event(int number) {
        return new Report.Event("r1", new AgentEvent("a1", number, "any", "event " + number, Map.of()));
    }

    private static Report end(int leg) {
        return new Report.LegEnded("r1", "a1", leg, 1);
    }

    @Test
    void reportsArriveInOrderOnceThereIsAController() throws Exception {
        Outbox outbox = new Outbox(vertx, context, "r1", "a1");
        List<Report> all = List.of(event(1), end(0), sample(2), end(1));
        all.forEach(outbox::send);
        listen();
        outbox.drained().await(20, TimeUnit.SECONDS);
        assertEquals(all, List.copyOf(heard));
    }

    @Test
    void nothingIsAwaitedWhenTheControllerHasGone() throws Exception {
        Outbox outbox = new Outbox(vertx, context, "r1", "a1");
        List.of(event(1), end(0), sample(2)).forEach(outbox::send);
        // Well before the first is given up.
        outbox.drained().await(Outbox.GIVE_UP_SECONDS - 5, TimeUnit.SECONDS);
        assertEquals(List.of(), List.copyOf(heard));
    }

    @Test
    void whenTooManyWaitSamplesGoFirstThenEventsNeverIntervalsAndThatIsTold() throws Exception {
        Outbox outbox = new Outbox(vertx, context, "r1", "a1", 3);
        // The first is taken at once and tried until somebody listens; three may wait.
        outbox.send(event(0));
        List.of(sample(1), event(2), sample(3)).forEach(outbox::send);
        // Room for these is made by both samples, then by the event, then by nothing: ends of legs are kept.
        List.of(end(0), end(1), end(2), end(3)).forEach(outbox::send);
        // No room for these any more.
        List.of(sample(4), event(5)).forEach(outbox::send);
        listen();
        outbox.drained().await(20, TimeUnit.SECONDS);
        List<Report> kept = new ArrayList<>(heard);
        Report.Event loss = (Report.Event) kept.remove(1);
        assertEquals("loss", loss.event().type());
        assertEquals(Map.of("samples", "3", "events", "2"), loss.event().detail());
        assertEquals(List.of(event(0), end(0), end(1), end(2), end(3)), kept);
    }
}
