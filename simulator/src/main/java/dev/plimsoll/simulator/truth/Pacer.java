package dev.plimsoll.simulator.truth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The thread that does all writes of a {@link ScheduleServer} in the order of their deadlines. */
final class Pacer {
    /** How soon bytes are tried again that a full socket did not take. */
    private static final long RETRY_NANOS = 1_000_000;

    private final ScheduleOptions options;
    private final long ttftNanos;
    private final long itlNanos;
    private final ScheduleBytes chat;
    private final ScheduleBytes completion;
    private final ByteBuffer unary;
    private final ByteBuffer health;
    private final ByteBuffer version;
    private final ByteBuffer models;
    private final ByteBuffer unknown;
    private final PriorityQueue<Stream> queue = new PriorityQueue<>();
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final List<Served> records = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closed;
    private volatile long stallFromNanos = Long.MAX_VALUE;
    private volatile long stallToNanos = Long.MAX_VALUE;
    private boolean first = true;

    Pacer(ScheduleOptions options) {
        this.options = options;
        ttftNanos = options.timeToFirstToken().toNanos();
        itlNanos = options.interTokenLatency().toNanos();
        chat = new ScheduleBytes(options, true);
        completion = new ScheduleBytes(options, false);
        unary = ScheduleBytes.unary(options);
        health = ScheduleBytes.answer(200, "OK", "text/plain", "");
        version = ScheduleBytes.answer(200, "OK", "application/json", "{\"version\":\"0.32.0\"}");
        models = ScheduleBytes.answer(
                200,
                "OK",
                "application/json",
                "{\"object\":\"list\",\"data\":[{\"id\":\"" + options.model()
                        + "\",\"object\":\"model\",\"created\":1767225600,\"owned_by\":\"vllm\",\"root\":\""
                        + options.model() + "\",\"parent\":null,\"max_model_len\":131072}]}");
        unknown = ScheduleBytes.answer(
                404,
                "Not Found",
                "application/json",
                "{\"error\":{\"message\":\"Not Found\",\"type\":\"Not Found\",\"param\":null,\"code\":404}}");
        thread = Thread.ofPlatform().name("plimsoll-truth-pacer").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Plans the answer to a request. Called by the reading thread. */
    void submit(Connection connection, RequestParser.Request request, long arrivalNanos) {
        Stream stream = plan(connection, request, arrivalNanos);
        if (stream.recorded) {
            open.incrementAndGet();
        }
        send(() -> {
            if (stream.recorded && first) {
                first = false;
                options.stall()
                        .ifPresent(s -> stall(
                                arrivalNanos + s.from().toNanos(),
                                arrivalNanos + s.from().plus(s.length()).toNanos()));
            }
            if (connection.active == null) {
                connection.active = stream;
                queue.add(stream);
            } else {
                connection.backlog.add(stream);
            }
        });
    }

    /** Notes that a client has gone. Called by the reading thread before it closes the channel. */
    void gone(Connection connection) {
        connection.gone = true;
        send(() -> {
            Stream active = connection.active;
            if (active != null) {
                queue.remove(active);
                end(active, System.nanoTime());
            }
        });
    }

    void stall(long fromNanos, long toNanos) {
        stallFromNanos = fromNanos;
        stallToNanos = toNanos;
    }

    List<Served> records() {
        synchronized (records) {
            return List.copyOf(records);
        }
    }

    int open() {
        return open.get();
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Stream plan(Connection connection, RequestParser.Request request, long arrival) {
        boolean get = request.method().equals("GET");
        ByteBuffer fixed = switch (request.path()) {
            case "/health" -> get ? health : null;
            case "/version" -> get ? version : null;
            case "/v1/models" -> get ? models : null;
            default -> null;
        };
        boolean streams =
                request.path().equals("/v1/chat/completions") || request.path().equals("/v1/completions");
        if (fixed != null) {
            return new Stream(connection, request.id(), arrival, false, fixed, chat, arrival);
        }
        if (options.unary()) {
            return new Stream(connection, request.id(), arrival, true, unary, chat, arrival + ttftNanos);
        }
        if (!streams) {
            return new Stream(connection, request.id(), arrival, false, unknown, chat, arrival);
        }
        ScheduleBytes bytes = request.path().equals("/v1/completions") ? completion : chat;
        long due = options.roleAtOnce() ? arrival : arrival + ttftNanos;
        return new Stream(connection, request.id(), arrival, true, null, bytes, due);
    }

    private void send(Runnable command) {
        inbox.add(command);
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!closed) {
            for (Runnable next = inbox.poll(); next != null; next = inbox.poll()) {
                next.run();
            }
            Stream stream = queue.peek();
            if (stream == null) {
                if (inbox.isEmpty() && !closed) {
                    LockSupport.park(this);
                }
                continue;
            }
            long now = System.nanoTime();
            long at = Math.max(stream.dueNanos, now >= stallFromNanos && now < stallToNanos ? stallToNanos : now);
            if (at > now) {
                LockSupport.parkNanos(this, at - now);
                continue;
            }
            queue.poll();
            advance(stream);
        }
    }

    /** Does the write that is due and plans the next. */
    private void advance(Stream stream) {
        try {
            if (!stream.connection.drained()) {
                stream.dueNanos = System.nanoTime() + RETRY_NANOS;
                queue.add(stream);
                return;
            }
            if (stream.complete) {
                end(stream, System.nanoTime());
                return;
            }
            if (stream.whole != null) {
                stream.tokenNanos[0] = System.nanoTime();
                stream.written = 1;
                stream.connection.write(stream.whole);
                stream.complete = true;
            } else if (stream.written < 0) {
                stream.connection.write(stream.bytes.head);
                stream.written = 0;
                stream.dueNanos = stream.arrivalNanos + ttftNanos;
            } else {
                token(stream);
            }
            if (stream.complete && stream.connection.drained()) {
                end(stream, System.nanoTime());
            } else {
                queue.add(stream);
            }
        } catch (IOException e) {
            stream.connection.closeQuietly();
            end(stream, System.nanoTime());
        }
    }

    private void token(Stream stream) throws IOException {
        stream.tokenNanos[stream.written] = System.nanoTime();
        stream.connection.write(stream.bytes.chunks[stream.written++]);
        if (stream.written == stream.bytes.chunks.length) {
            stream.connection.write(stream.bytes.tail);
            stream.complete = true;
        }
        stream.dueNanos = stream.arrivalNanos + ttftNanos + stream.written * itlNanos;
    }

    private void end(Stream stream, long now) {
        Connection connection = stream.connection;
        boolean whole = stream.complete && connection.nothingKept();
        record(stream, now, whole);
        connection.active = null;
        @Nullable Stream next = connection.backlog.poll();
        if (next != null && !connection.gone) {
            connection.active = next;
            queue.add(next);
        }
        while (next != null && connection.gone) {
            record(next, now, false);
            next = connection.backlog.poll();
        }
    }

    private void record(Stream stream, long now, boolean complete) {
        if (!stream.recorded) {
            return;
        }
        int written = Math.max(0, stream.written);
        int tokens = stream.whole != null
                ? written * options.tokens()
                : Math.min(options.tokens(), written * options.tokensPerChunk());
        Served served = new Served(
                stream.requestId,
                stream.connection.clientPort(),
                stream.arrivalNanos,
                Arrays.copyOf(stream.tokenNanos, written),
                tokens,
                now,
                complete);
        synchronized (records) {
            records.add(served);
        }
        open.decrementAndGet();
    }
}
