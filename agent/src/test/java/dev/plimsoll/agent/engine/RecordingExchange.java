package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import dev.plimsoll.measurements.ErrorClass;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An exchange that keeps all it is told and fails the test when it is told after its end. */
final class RecordingExchange implements Exchange {
    final List<Integer> tokens = new ArrayList<>();
    final List<Long> tokenNanos = new ArrayList<>();
    final CompletableFuture<RecordingExchange> ended = new CompletableFuture<>();
    final List<String> misuse = new ArrayList<>();
    long connectNanos = -1;
    long tlsNanos = -1;
    long sentNanos;
    long inputTokens = -1;
    long outputTokens = -1;
    int usages;
    long endNanos;

    @Nullable
    ErrorClass errorClass;

    int status;
    String detail = "";
    Runnable onEnd = () -> {};

    private void check(String what) {
        if (ended.isDone()) {
            misuse.add(what + " after the end");
        }
    }

    @Override
    public void connected(long connect, long tls) {
        check("connected");
        connectNanos = connect;
        tlsNanos = tls;
    }

    @Override
    public void sent(long nanos) {
        check("sent");
        sentNanos = nanos;
    }

    @Override
    public void tokens(long nanos, int count) {
        check("tokens");
        tokens.add(count);
        tokenNanos.add(nanos);
    }

    @Override
    public void usage(long input, long output) {
        check("usage");
        usages++;
        inputTokens = input;
        outputTokens = output;
    }

    @Override
    public void succeeded(long nanos) {
        check("succeeded");
        endNanos = nanos;
        onEnd.run();
        ended.complete(this);
    }

    @Override
    public void failed(long nanos, ErrorClass failure, int code, String sentence) {
        check("failed");
        endNanos = nanos;
        errorClass = failure;
        status = code;
        detail = sentence;
        onEnd.run();
        ended.complete(this);
    }

    /** Waits for the end. */
    RecordingExchange await() {
        try {
            return ended.get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            return fail("the exchange has not ended", e);
        }
    }

    RecordingExchange succeeds() {
        await();
        assertEquals(null, errorClass, detail);
        assertEquals(List.of(), misuse);
        return this;
    }

    RecordingExchange fails(ErrorClass expected, String sentencePart) {
        await();
        assertNotNull(errorClass, "succeeded with " + tokens);
        assertEquals(expected, errorClass, detail);
        assertEquals(List.of(), misuse);
        if (!detail.contains(sentencePart)) {
            fail("\"" + detail + "\" does not contain \"" + sentencePart + "\"");
        }
        return this;
    }
}
