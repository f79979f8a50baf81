package dev.plimsoll.agent.engine;

import static dev.plimsoll.agent.engine.AnswerException.protocol;
import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Work.Expectation;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads answers, one after another, freed from their framing: a head, pieces of a body, and what they mean for the
 * exchange. It tells the exchange tokens and usage; the end, good or bad, is told by whoever feeds it.
 *
 * <p>Knows no sockets and no clock. Confined to one thread. Allocates nothing per piece or per token in steady state.
 */
final class AnswerReader {
    /** The longest JSON answer kept in memory, in bytes. */
    static final int MAX_BODY = 16 * 1024 * 1024;

    /** How much of a failed answer is kept to tell from, in bytes. */
    static final int MAX_EXCERPT = 2 * 1024;

    /** A longer buffer is not kept for the next answer. */
    private static final int KEPT_BUFFER = 64 * 1024;

    private static final byte[] EVENT_STREAM = Bytes.ascii("text/event-stream");
    private static final byte[] JSON_TYPE = Bytes.ascii("application/json");
    private static final byte[] HTML_TYPE = Bytes.ascii("text/html");
    private static final byte[] NOTHING = {};

    private enum Body {
        IGNORED,
        SEARCHED,
        WHOLE,
        STREAM,
        EXCERPT
    }

    private final AnswerHead head;
    private final AnswerJson json = new AnswerJson();
    private final TokenStream stream = new TokenStream(json);
    private final Map<Expectation, BodySearch> searches = new IdentityHashMap<>();
    private AnswerFormat format = new AnswerFormat(Api.HTTP, false, Expectation.ANY_SUCCESS);
    private Exchange exchange = NoExchange.INSTANCE;
    private Body body = Body.IGNORED;
    private @Nullable BodySearch search;
    private byte[] kept = NOTHING;
    private int keptLength;
    private long nanos;

    /** A reader of answers whose heads are told by that. */
    AnswerReader(AnswerHead head) {
        this.head = requireNonNull(head, "head");
    }

    /** Expects a new answer in that format, whose tokens and usage go to the exchange. */
    void begin(AnswerFormat answer, Exchange receiver) {
        format = answer;
        exchange = receiver;
        body = Body.IGNORED;
        keptLength = 0;
        if (kept.length > KEPT_BUFFER) {
            kept = NOTHING;
        }
    }

    /** When the last bytes arrived. */
    long lastNanos() {
        return nanos;
    }

    /** Bytes have arrived at that instant. */
    void at(long instant) {
        nanos = instant;
    }

    /** The head of the final answer has been read. */
    void head() throws AnswerException {
        int status = head.status();
        boolean plain = format.api() == Api.HTTP;
        if (!accepted(status)) {
            body = Body.EXCERPT;
        } else if (plain && format.expect().bodyContains().isEmpty()) {
            body = Body.IGNORED;
        } else if (head.encoded()) {
            throw protocol("the answer is encoded with \"" + head.encoding() + "\", which was not asked for");
        } else if (plain) {
            body = Body.SEARCHED;
            search = searches.computeIfAbsent(format.expect(), e -> new BodySearch(e.bodyContains()));
            search.begin();
        } else if (!head.hasBody()) {
            throw protocol("status " + status + " without a body, where " + (streams() ? "a stream of events" : "JSON")
                    + " should be");
        } else if (!streams()) {
            body = Body.WHOLE;
            expectLength(head.contentLength());
        } else {
            body = isStream() ? Body.STREAM : Body.EXCERPT;
            stream.begin(format.api(), exchange);
        }
    }

    /** As {@link Expectation#accepts}, without boxing the status. */
    private boolean accepted(int status) {
        List<Integer> statuses = format.expect().statuses();
        for (int i = 0; i < statuses.size(); i++) {
            if (statuses.get(i) == status) {
                return true;
            }
        }
        return statuses.isEmpty() && status >= 200 && status <= 299;
    }

    private boolean streams() {
        return format.stream() && format.api().generates();
    }

    /** The legacy API of vLLM names no media type for its stream. */
    private boolean isStream() {
        if (format.api() == Api.VLLM_GENERATE) {
            return !head.typeStarts(HTML_TYPE);
        }
        return head.type().isEmpty() || head.typeStarts(EVENT_STREAM);
    }

    private void expectLength(long length) throws AnswerException {
        if (length > MAX_BODY) {
            throw protocol("the answer is longer than 16 MiB");
        }
    }

    /** A piece of the body; the bytes are valid during the call. */
    void body(byte[] bytes, int from, int to) throws AnswerException {
        switch (body) {
            case IGNORED -> {
                // Only its end counts.
            }
            case STREAM -> stream.read(nanos, bytes, from, to);
            case SEARCHED -> {
                if (search != null) {
                    search.look(bytes, from, to);
                }
            }
            case WHOLE -> {
                expectLength((long) keptLength + (to - from));
                keep(bytes, from, to - from);
            }
            case EXCERPT -> keep(bytes, from, Math.min(to - from, MAX_EXCERPT - keptLength));
        }
    }

    private void keep(byte[] bytes, int from, int length) {
        kept = Bytes.grown(kept, keptLength + length);
        System.arraycopy(bytes, from, kept, keptLength, length);
        keptLength += length;
    }

    /**
     * Judges an answer that has arrived completely, and tells the exchange its usage.
     *
     * @throws AnswerException when it is not a good answer; the connection can still be used
     */
    void end() throws AnswerException {
        switch (body) {
            case IGNORED -> {
                // The status was accepted, and nothing else was asked for.
            }
            case SEARCHED -> {
                String missing = search == null ? null : search.missing();
                if (missing != null) {
                    throw new AnswerException(ErrorClass.CONTENT, "the body does not contain \"" + missing + "\"");
                }
            }
            case WHOLE -> endWhole();
            case STREAM -> stream.end(nanos);
            case EXCERPT -> throw rejected();
        }
    }

    private void endWhole() throws AnswerException {
        try {
            json.read(format.api(), kept, 0, keptLength);
        } catch (AnswerException notJson) {
            throw protocol(notJson.sentence() + typeAndBeginning());
        }
        String failure = json.failure();
        if (failure != null) {
            throw new AnswerException(
                    ErrorClass.CONTENT, "status " + head.status() + ", but with an error: " + failure);
        }
        if (!json.answer()) {
            throw protocol("JSON, but no answer of " + format.api().label() + typeAndBeginning());
        }
        if (json.hasUsage()) {
            exchange.usage(json.inputTokens(), json.outputTokens());
        }
    }

    private AnswerException rejected() {
        int status = head.status();
        if (accepted(status)) {
            String hint = head.typeStarts(JSON_TYPE) ? "; does this endpoint stream?" : "";
            return protocol("not a stream of events" + hint + typeAndBeginning());
        }
        ErrorClass errorClass = status >= 500
                ? ErrorClass.HTTP_5XX
                : status >= 400
                        ? ErrorClass.HTTP_4XX
                        : format.api() == Api.HTTP ? ErrorClass.CONTENT : ErrorClass.PROTOCOL;
        return new AnswerException(errorClass, "status " + status + saying());
    }

    private String saying() {
        if (keptLength == 0) {
            return "";
        }
        if (head.encoded()) {
            return " (encoded with \"" + head.encoding() + "\")";
        }
        String complaint = json.complaint(kept, 0, keptLength);
        return ": " + (complaint == null ? Bytes.quoted(kept, 0, keptLength) : complaint);
    }

    private String typeAndBeginning() {
        return " (" + (head.type().isEmpty() ? "no media type" : head.type())
                + (keptLength == 0 ? ")" : ", it begins with \"" + Bytes.quoted(kept, 0, keptLength) + "\")");
    }

    /**
     * What an answer failed with that ended too early.
     *
     * @param how what ended it, such as {@code "the connection was closed"}
     * @param lost whether it was cut off, rather than ended in order
     * @param begun whether any of it has arrived
     * @param inBody whether its head has arrived
     */
    AnswerException broken(String how, boolean lost, boolean begun, boolean inBody) {
        if (!begun) {
            return new AnswerException(ErrorClass.RESET, how + " before the answer began");
        }
        if (!inBody) {
            return new AnswerException(ErrorClass.RESET, how + " within the head of the answer");
        }
        if (body == Body.STREAM && stream.begun()) {
            stream.tellUsage();
            return new AnswerException(
                    lost ? ErrorClass.RESET : ErrorClass.TRUNCATED,
                    how + " after " + stream.tokenEvents() + " token events, before the end of the stream");
        }
        return new AnswerException(ErrorClass.RESET, how + " within the body of the answer");
    }
}
