package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.FaultPlan;
import dev.plimsoll.simulator.Faults.Fate;
import dev.plimsoll.simulator.engine.FinishReason;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.ByteArrayOutputStream;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of one request's tokens to its client, with the fault that hits it. Lives on the event loop.
 *
 * <p>A stream whose client reads too slowly gets what has gathered in one chunk when there is room again, as vLLM's
 * output collector does.
 */
final class Answer implements LiveRequest.Receiver {
    /** Tokens after which a connection is reset, a stream cut short or an error sent. */
    static final int TOKENS_BEFORE_BREAK = 3;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Reply reply;
    private final Tokenizer tokenizer;
    private final boolean stream;
    private final Fate fate;
    private final FaultPlan plan;
    private final LongConsumer ended;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private int count;
    private @Nullable FinishReason finish;
    private boolean held;
    private boolean stalled;
    private boolean over;

    /** An answer; {@code ended} gets the bytes of its body, 0 for a stream, when it has ended. */
    Answer(
            Vertx vertx,
            HttpServerRequest request,
            Reply reply,
            Tokenizer tokenizer,
            boolean stream,
            Fate fate,
            FaultPlan plan,
            LongConsumer ended) {
        this.vertx = Objects.requireNonNull(vertx, "vertx");
        this.request = Objects.requireNonNull(request, "request");
        this.response = request.response();
        this.reply = reply;
        this.tokenizer = tokenizer;
        this.stream = stream;
        this.fate = fate;
        this.plan = plan;
        this.ended = ended;
    }

    /** Whether nothing more can be sent. */
    boolean over() {
        return over;
    }

    @Override
    public void token(int tokenId, int newCount, @Nullable FinishReason reason) {
        if (over) {
            return;
        }
        // vLLM drops the end-of-sequence token from the text.
        if (tokenId >= 0 && reason != FinishReason.STOP) {
            text.writeBytes(tokenizer.generatedBytes(tokenId));
        }
        count = newCount;
        finish = reason;
        if (broken()) {
            return;
        }
        if (!stream) {
            if (reason != null) {
                finishUnary(reason);
            }
        } else if (!held) {
            flush();
        }
    }

    /** Does what the fault of this request wants at this token; true if the token must not be sent now. */
    private boolean broken() {
        boolean late = count > TOKENS_BEFORE_BREAK || finish != null;
        switch (fate) {
            case RESET -> {
                if (late) {
                    reset();
                    return true;
                }
            }
            case TRUNCATE -> {
                if (late && stream) {
                    finishStream();
                    response.end().onComplete(x -> request.connection().close());
                    return true;
                }
            }
            case ERROR_EVENT -> {
                if (late && stream) {
                    begin();
                    reply.failed(
                            new ApiError(500, "InternalServerError", null, "EngineCore encountered an issue."),
                            response::write);
                    finishStream();
                    response.end();
                    return true;
                }
            }
            case STALL -> {
                if (!stalled && count > plan.stallAfterTokens()) {
                    stalled = true;
                    held = true;
                    plan.stallFor()
                            .ifPresent(d -> vertx.setTimer(Math.max(1, d.toMillis()), t -> {
                                held = false;
                                if (stream) {
                                    flush();
                                } else if (finish != null) {
                                    finishUnary(finish);
                                }
                            }));
                }
                return held && !stream;
            }
            case NONE, ERROR -> {
                return false;
            }
        }
        return false;
    }

    private void flush() {
        if (over || held || (text.size() == 0 && finish == null)) {
            return;
        }
        begin();
        byte[] bytes = text.toByteArray();
        text.reset();
        reply.stream(bytes, count, finish, response::write);
        if (finish != null) {
            finishStream();
            response.end();
        } else if (response.writeQueueFull()) {
            held = true;
            response.drainHandler(x -> {
                held = false;
                flush();
            });
        }
    }

    private void begin() {
        if (!response.headWritten()) {
            Heads.put(response, reply.streamType());
            response.setChunked(true);
        }
    }

    private void finishUnary(FinishReason reason) {
        over = true;
        Buffer body = reply.unary(text.toByteArray(), count, reason);
        ended.accept(body.length());
        Heads.send(response, 200, "application/json", body);
    }

    private void finishStream() {
        over = true;
        ended.accept(0);
    }

    /** Marks the answer as ended because its client went away. */
    void abandon() {
        over = true;
    }

    /** Closes the connection with a TCP reset. */
    void reset() {
        over = true;
        ended.accept(0);
        reset(request.connection());
    }

    static void reset(HttpConnection connection) {
        // A socket that does not linger answers everything unsent or unread with RST when it closes.
        if (connection instanceof ConnectionBase base) {
            base.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        connection.close();
    }
}
