package dev.plimsoll.agent;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.Report;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.ArrayDeque;

/**
 * Reports on their way to the controller: one after the other, in order, each sent again when it is not acknowledged.
 * One that was sent in vain {@value #ATTEMPTS} times is given up, so that the next can try. Confined to its context but
 * for {@link #send}.
 */
final class Outbox {
    static final int ATTEMPTS = 4;

    private static final int LIMIT = 20_000;
    private static final long TIMEOUT_MILLIS = 3_000;
    private static final long PAUSE_MILLIS = 250;

    private final Vertx vertx;
    private final Context context;
    private final ArrayDeque<Report> waiting = new ArrayDeque<>();
    private boolean sending;

    Outbox(Vertx vertx, Context context) {
        this.vertx = requireNonNull(vertx, "vertx");
        this.context = requireNonNull(context, "context");
    }

    /** Sends a report after those before it. Any thread. */
    void send(Report report) {
        context.runOnContext(ignored -> {
            if (waiting.size() < LIMIT) {
                waiting.add(report);
            }
            next();
        });
    }

    private void next() {
        Report report = sending ? null : waiting.poll();
        if (report != null) {
            sending = true;
            attempt(Buffer.buffer(ProtocolCodec.encode(report)), 1);
        }
    }

    private void attempt(Buffer bytes, int number) {
        DeliveryOptions options = new DeliveryOptions().setSendTimeout(TIMEOUT_MILLIS);
        vertx.eventBus()
                .request(ProtocolCodec.CONTROLLER_ADDRESS, bytes, options)
                .onComplete(reply -> context.runOnContext(ignored -> {
                    if (reply.succeeded() || number >= ATTEMPTS) {
                        sending = false;
                        next();
                    } else {
                        vertx.setTimer(PAUSE_MILLIS, timer -> attempt(bytes, number + 1));
                    }
                }));
    }
}
