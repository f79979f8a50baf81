package dev.plimsoll.agent.engine;

import static dev.plimsoll.agent.engine.AnswerException.protocol;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import java.util.Arrays;

/**
 * Tells the tokens in the events of a stream, whichever API it has.
 *
 * <p>How many tokens an event carries is the growth of {@code usage.completion_tokens}, when every token event so far
 * has brought its usage ({@code continuous_usage_stats}); else it is taken as 1. Growth that came with events without
 * text, as when half a character is held back, belongs to the next token event.
 */
final class TokenStream implements SseParser.Sink {
    private static final byte[] DONE = Bytes.ascii("[DONE]");
    private static final byte[] ERROR = Bytes.ascii("error");

    private final AnswerJson json;
    private final SseParser events = new SseParser(this);
    private final TokenPattern pattern = new TokenPattern();
    private final ObjectSplitter objects = new ObjectSplitter(this);
    private Api api = Api.OPENAI_CHAT;
    private Exchange exchange = NoExchange.INSTANCE;
    private long nanos;
    private boolean done;
    private boolean finished;
    private long delivered;
    private long tokenEvents;
    private boolean continuous;
    private long counted;
    private long textLength;
    private long inputTokens;
    private long outputTokens;

    /** A reader that scans with this scanner. */
    TokenStream(AnswerJson json) {
        this.json = json;
    }

    /** Expects a new stream, whose tokens go to the exchange. */
    void begin(Api format, Exchange receiver) {
        api = format;
        exchange = receiver;
        events.begin();
        objects.begin();
        pattern.forget();
        done = false;
        finished = false;
        delivered = 0;
        tokenEvents = 0;
        continuous = true;
        counted = 0;
        textLength = 0;
        inputTokens = -1;
        outputTokens = -1;
    }

    /** Reads a piece of the stream that arrived at that instant. */
    void read(long instant, byte[] bytes, int from, int to) throws AnswerException {
        nanos = instant;
        if (api == Api.VLLM_GENERATE) {
            objects.parse(bytes, from, to);
        } else {
            events.parse(bytes, from, to);
        }
    }

    @Override
    public void event(byte[] bytes, int from, int to) throws AnswerException {
        if (from == to || done) {
            return;
        }
        delivered++;
        if (pattern.fits(bytes, from, to) && !events.named()) {
            continuous = false;
            plainToken();
            return;
        }
        if (bytes[from] == '[' && Arrays.equals(bytes, from, to, DONE, 0, DONE.length)) {
            done = true;
            return;
        }
        boolean named = events.nameIs(ERROR);
        if (named && bytes[from] != '{') {
            throw new AnswerException(ErrorClass.STREAM_ERROR, "an error event: " + Bytes.quoted(bytes, from, to));
        }
        json.read(api, bytes, from, to);
        String failure = json.failure();
        if (failure != null) {
            throw new AnswerException(ErrorClass.STREAM_ERROR, "an error event: " + failure);
        }
        if (named) {
            throw new AnswerException(ErrorClass.STREAM_ERROR, "an error event: " + Bytes.quoted(bytes, from, to));
        }
        finished |= json.finished();
        if (json.inputTokens() >= 0) {
            inputTokens = json.inputTokens();
        }
        if (json.outputTokens() >= 0) {
            outputTokens = json.outputTokens();
        }
        if (json.token() || json.textLength() > textLength) {
            textLength = json.textLength();
            token();
        }
        if (json.textOnly()) {
            pattern.learn(bytes, from, to, json.textFrom(), json.textTo());
        }
    }

    /** A token event without usage. */
    private void plainToken() {
        tokenEvents++;
        exchange.tokens(nanos, 1);
    }

    private void token() {
        tokenEvents++;
        continuous &= json.outputTokens() >= 0;
        long growth = 1;
        if (continuous) {
            growth = Math.clamp(json.outputTokens() - counted, 1, Integer.MAX_VALUE);
            counted = json.outputTokens();
        }
        exchange.tokens(nanos, (int) growth);
    }

    /** The stream has ended as its framing says. Tells the usage, and whether something is missing. */
    void end(long instant) throws AnswerException {
        nanos = instant;
        if (api == Api.VLLM_GENERATE) {
            objects.end();
            done = delivered > 0;
        } else {
            events.end();
        }
        tellUsage();
        if (!done && !finished) {
            throw new AnswerException(
                    ErrorClass.TRUNCATED,
                    "the stream ended after " + tokenEvents + " token events, without a finish reason or [DONE]");
        }
    }

    /** Tells the usage read so far, if there was any. */
    void tellUsage() {
        if (inputTokens >= 0 || outputTokens >= 0) {
            exchange.usage(inputTokens, outputTokens);
        }
    }

    /** Whether events have been delivered. */
    boolean begun() {
        return delivered > 0;
    }

    /** Token events so far. */
    long tokenEvents() {
        return tokenEvents;
    }

    /** Splits the stream of vLLM's legacy API: JSON objects, each followed by a NUL byte or a line feed. */
    private static final class ObjectSplitter {
        private final SseParser.Sink sink;
        private byte[] rest = new byte[0];
        private int length;

        ObjectSplitter(SseParser.Sink sink) {
            this.sink = sink;
        }

        void begin() {
            length = 0;
        }

        void parse(byte[] bytes, int from, int to) throws AnswerException {
            int begin = from;
            for (int i = from; i < to; i++) {
                if (bytes[i] != 0 && bytes[i] != '\n') {
                    continue;
                }
                if (length == 0) {
                    sink.event(bytes, begin, i);
                } else {
                    keep(bytes, begin, i);
                    end();
                }
                begin = i + 1;
            }
            keep(bytes, begin, to);
        }

        private void keep(byte[] bytes, int from, int to) throws AnswerException {
            int more = to - from;
            if (length + more > SseParser.MAX_DATA) {
                throw protocol("an object of the stream is longer than 1 MiB");
            }
            rest = Bytes.grown(rest, length + more);
            System.arraycopy(bytes, from, rest, length, more);
            length += more;
        }

        void end() throws AnswerException {
            int whole = length;
            length = 0;
            if (whole > 0) {
                sink.event(rest, 0, whole);
            }
        }
    }
}
