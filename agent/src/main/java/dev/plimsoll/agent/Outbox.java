package dev.plimsoll.agent;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.measurements.AgentEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reports on their way to the controller: one after the other, in order, each sent again until it is acknowledged. One
 * that was sent in vain for {@value #GIVE_UP_SECONDS} s is given up, so that the next can try: by then the controller
 * counts as lost.
 *
 * <p>When too many wait, samples are dropped first, the oldest before the others, then events; intervals and ends of
 * legs never. What was dropped or given up is told as an event of type {@code loss} as soon as a report gets through.
 * Confined to its context but for {@link #send}.
 */
final class Outbox {
    /** How long a report is tried. */
    static final int GIVE_UP_SECONDS = 15;

    private static final int LIMIT = 20_000;
    private static final long TIMEOUT_MILLIS = 3_000;
    private static final long PAUSE_MILLIS = 250;

    private final Vertx vertx;
    private final Context context;
    private final String run;
    private final String agent;
    private final int limit;
    private final ArrayDeque<Report> waiting = new ArrayDeque<>();
    private final Map<String, Integer> lost = new TreeMap<>();
    private final Promise<Void> drained = Promise.promise();
    private boolean draining;
    private boolean sending;

    /** An empty one for an agent's part of a run. */
    Outbox(Vertx vertx, Context context, String run, String agent) {
        this(vertx, context, run, agent, LIMIT);
    }

    /** One that lets at most {@code limit} samples and events wait. */
    Outbox(Vertx vertx, Context context, String run, String agent, int limit) {
        this.vertx = requireNonNull(vertx, "vertx");
        this.context = requireNonNull(context, "context");
        this.run = requireNonNull(run, "run");
        this.agent = requireNonNull(agent, "agent");
        this.limit = limit;
    }

    /** Sends a report after those before it. Any thread. */
    void send(Report report) {
        context.runOnContext(ignored -> {
            if (waiting.size() < limit || makeRoom(report)) {
                waiting.add(report);
            }
            next();
        });
    }

    /** Completes when nothing waits any more, or nobody is there to hear it. Any thread. */
    Future<Void> drained() {
        context.runOnContext(ignored -> {
            draining = true;
            next();
        });
        return drained.future();
    }

    /** Drops what can be spared best; says whether the new report may be kept. */
    private boolean makeRoom(Report report) {
        if (dropFirst(Report.Sample.class)) {
            return true;
        }
        if (report instanceof Report.Sample) {
            lose(report);
            return false;
        }
        if (dropFirst(Report.Event.class)) {
            return true;
        }
        if (report instanceof Report.Event) {
            lose(report);
            return false;
        }
        return true;
    }

    private boolean dropFirst(Class<? extends Report> kind) {
        for (Iterator<Report> reports = waiting.iterator(); reports.hasNext(); ) {
            Report report = reports.next();
            if (kind.isInstance(report)) {
                reports.remove();
                lose(report);
                return true;
            }
        }
        return false;
    }

    private void lose(Report report) {
        String kind = switch (report) {
            case Report.Sample sample -> "samples";
            case Report.Event event -> "events";
            case Report.Interval interval -> "intervals";
            case Report.LegEnded ended -> "ends_of_legs";
            case Report.Hello hello -> "greetings";
            case Report.Beat beat -> "beats";
        };
        lost.merge(kind, 1, Integer::sum);
    }

    private void next() {
        if (sending) {
            return;
        }
        Report report = waiting.poll();
        if (report == null) {
            if (draining) {
                drained.tryComplete();
            }
            return;
        }
        Buffer bytes;
        try {
            bytes = Buffer.buffer(ProtocolCodec.encode(report));
        } catch (RuntimeException unwritable) {
            lose(report);
            context.runOnContext(ignored -> next());
            return;
        }
        sending = true;
        attempt(report, bytes, System.nanoTime() + TimeUnit.SECONDS.toNanos(GIVE_UP_SECONDS));
    }

    private void attempt(Report report, Buffer bytes, long untilNanos) {
        DeliveryOptions options = new DeliveryOptions().setSendTimeout(TIMEOUT_MILLIS);
        boolean last = draining;
        vertx.eventBus()
                .request(ProtocolCodec.CONTROLLER_ADDRESS, bytes, options)
                .onComplete(reply -> context.runOnContext(ignored -> {
                    boolean vain = System.nanoTime() >= untilNanos || (last && isNobodyThere(reply.cause()));
                    if (reply.failed() && !vain) {
                        vertx.setTimer(PAUSE_MILLIS, timer -> attempt(report, bytes, untilNanos));
                        return;
                    }
                    sending = false;
                    if (reply.failed()) {
                        lose(report);
                    } else if (!lost.isEmpty()) {
                        waiting.addFirst(loss());
                    }
                    next();
                }));
    }

    /** Whether the bus knows of no controller: when all is over, none will come. */
    private static boolean isNobodyThere(@Nullable Throwable cause) {
        return cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
    }

    private Report loss() {
        StringBuilder sentence = new StringBuilder("reports did not reach the controller:");
        Map<String, String> detail = new TreeMap<>();
        lost.forEach((kind, count) -> {
            sentence.append(detail.isEmpty() ? " " : ", ")
                    .append(count)
                    .append(' ')
                    .append(kind.replace('_', ' '));
            detail.put(kind, Integer.toString(count));
        });
        lost.clear();
        return new Report.Event(run, new AgentEvent(agent, WallClock.micros(), "loss", sentence.toString(), detail));
    }
}
