package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks one probe at its interval. Everything but the probe's own work happens on one context.
 *
 * <p>The probe is asked again only when it has answered. An instant at which it is still at work within its timeout is
 * passed over; one at which it is overdue gives failed readings, and what it then answers is dropped.
 */
final class Sampler {
    /** How long an answer may take at least. */
    static final Duration LEAST_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration LAST_SAMPLE = Duration.ofSeconds(2);
    private static final Duration CLOSE = Duration.ofSeconds(1);
    private static final long MICROS_PER_MILLI = 1_000;

    private final String node;
    private final String agent;
    private final Probe probe;
    private final Duration interval;
    private final Context context;
    private final InstantSource clock;
    private final Consumer<NodeSample> samples;
    private final Consumer<Probes.Remark> remarks;
    private final Set<String> known;
    private @Nullable Inquiry underWay;
    private long due = -1;
    private long timer = -1;
    private boolean stopped;
    private boolean closing;
    private boolean remarked;

    Sampler(
            String node,
            String agent,
            Probe probe,
            Duration interval,
            Context context,
            InstantSource clock,
            Consumer<NodeSample> samples,
            Consumer<Probes.Remark> remarks) {
        this.node = node;
        this.agent = agent;
        this.probe = probe;
        this.interval = interval;
        this.context = context;
        this.clock = clock;
        this.samples = samples;
        this.remarks = remarks;
        this.known = new TreeSet<>(probe.metrics());
    }

    /** How long an answer may take: the interval, at least 2 s. */
    static Duration timeout(Duration interval) {
        return interval.compareTo(LEAST_TIMEOUT) > 0 ? interval : LEAST_TIMEOUT;
    }

    /**
     * The next instant that is a whole number of intervals, in the unit of its arguments.
     *
     * @param due the last one; a timer may fire a little before it
     */
    static long nextInstant(long now, long due, long interval) {
        long next = (Math.floorDiv(now, interval) + 1) * interval;
        return next == due ? next + interval : next;
    }

    /** One question to the probe. */
    private static final class Inquiry {
        private final long wallMicros;
        private final long startNanos;
        private final Promise<Void> ended = Promise.promise();
        private boolean overdue;

        Inquiry(long wallMicros, long startNanos) {
            this.wallMicros = wallMicros;
            this.startNanos = startNanos;
        }
    }

    /** Takes a first sample at once, and then one at each instant. Called on the context. */
    void start() {
        schedule();
        ask(false);
    }

    private void schedule() {
        long now = wallMicros();
        due = nextInstant(now, due, interval.toNanos() / MICROS_PER_MILLI);
        long millis = Math.ceilDiv(due - now, MICROS_PER_MILLI);
        timer = context.owner().setTimer(Math.max(1, millis), id -> context.runOnContext(v -> tick()));
    }

    private void tick() {
        if (stopped) {
            return;
        }
        schedule();
        Inquiry inquiry = underWay;
        if (inquiry == null) {
            ask(false);
        } else if (System.nanoTime() - inquiry.startNanos >= timeout(interval).toNanos()) {
            inquiry.overdue = true;
            emit(wallMicros(), failed("no answer within " + timeout(interval).toMillis() + " ms"));
        }
    }

    private Inquiry ask(boolean last) {
        Inquiry inquiry = new Inquiry(wallMicros(), System.nanoTime());
        underWay = inquiry;
        Future<Map<String, Reading>> answer;
        try {
            answer = last ? probe.lastSample() : probe.sample();
        } catch (RuntimeException | LinkageError e) {
            answer = Future.failedFuture(e);
        }
        if (answer == null) {
            answer = Future.failedFuture("the probe gave no answer");
        }
        answer.onComplete(result -> context.runOnContext(
                v -> answered(inquiry, result.succeeded() ? result.result() : null, result.cause())));
        return inquiry;
    }

    private void answered(Inquiry inquiry, @Nullable Map<String, Reading> readings, @Nullable Throwable problem) {
        underWay = null;
        try {
            if (!inquiry.overdue) {
                if (readings == null) {
                    emit(inquiry.wallMicros, failed(sentence(problem)));
                } else if (!readings.isEmpty()) {
                    long instant = probe.instant().map(Sampler::micros).orElse(inquiry.wallMicros);
                    emit(instant, checked(readings));
                }
            }
            for (Probe.Dated dated : probe.past()) {
                emit(micros(dated.instant()), checked(dated.readings()));
            }
        } finally {
            inquiry.ended.complete();
        }
        if (!remarked) {
            probe.remark().ifPresent(sentence -> {
                remarked = true;
                remarks.accept(new Probes.Remark(node, probe.type(), sentence));
            });
        }
    }

    private Map<String, Reading> checked(Map<String, Reading> readings) {
        Map<String, Reading> checked = new HashMap<>();
        readings.forEach((name, reading) -> {
            if (name != null) {
                checked.put(name, reading == null ? Reading.failed("the probe gave no reading") : reading);
            }
        });
        return checked;
    }

    private Map<String, Reading> failed(String reason) {
        Map<String, Reading> failed = new HashMap<>();
        known.forEach(name -> failed.put(name, Reading.failed(reason)));
        return failed;
    }

    private static String sentence(@Nullable Throwable problem) {
        if (problem == null) {
            return "the probe gave nothing";
        }
        String message = problem.getMessage();
        return message == null || message.isBlank() ? problem.getClass().getSimpleName() : message;
    }

    private void emit(long wallMicros, Map<String, Reading> readings) {
        known.addAll(readings.keySet());
        samples.accept(new NodeSample(node, probe.type(), agent, wallMicros, readings));
    }

    private long wallMicros() {
        return micros(clock.instant());
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /** Takes a last sample if the probe answers within two seconds, and closes the probe. Called on the context. */
    Future<Void> stop() {
        context.owner().cancelTimer(timer);
        stopped = true;
        Inquiry current = underWay;
        Future<Void> idle = current == null ? Future.succeededFuture() : current.ended.future();
        return idle.compose(free ->
                        closing ? Future.succeededFuture() : ask(true).ended.future())
                .timeout(LAST_SAMPLE.toMillis(), TimeUnit.MILLISECONDS)
                .transform(result -> {
                    if (underWay != null) {
                        underWay.overdue = true;
                    }
                    closing = true;
                    return close();
                });
    }

    private Future<Void> close() {
        try {
            Future<Void> closed = probe.close();
            return closed == null
                    ? Future.succeededFuture()
                    : closed.timeout(CLOSE.toMillis(), TimeUnit.MILLISECONDS).otherwiseEmpty();
        } catch (RuntimeException | LinkageError e) {
            return Future.succeededFuture();
        }
    }
}
