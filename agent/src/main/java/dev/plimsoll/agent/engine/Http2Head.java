package dev.plimsoll.agent.engine;

import static dev.plimsoll.agent.engine.AnswerException.protocol;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The head of an HTTP/2 answer (RFC 9113, section 8.3). Reused by {@link #begin}. */
final class Http2Head implements AnswerHead {
    private static final int FIRST_FINAL = 200;
    private static final int LAST = 599;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private boolean headRequest;
    private boolean begun;
    private int status;
    private boolean empty;
    private long contentLength;
    private CharSequence type = "";
    private CharSequence encoding = "";

    /** Expects a new answer; {@code head} when the request's method is {@code HEAD}. */
    void begin(boolean head) {
        headRequest = head;
        begun = false;
        status = 0;
        empty = false;
        contentLength = -1;
        type = "";
        encoding = "";
    }

    /**
     * Reads a block of headers.
     *
     * @param last whether nothing comes after it
     * @return whether it is the head of the final answer, rather than one with status 1xx or trailers
     */
    boolean read(Http2Headers headers, boolean last) throws AnswerException {
        begun = true;
        if (status != 0) {
            return false;
        }
        int code = code(headers.status());
        if (code < FIRST_FINAL) {
            return false;
        }
        status = code;
        empty = last;
        contentLength = headers.getLong(HttpHeaderNames.CONTENT_LENGTH, -1);
        type = orEmpty(headers.get(HttpHeaderNames.CONTENT_TYPE));
        encoding = orEmpty(headers.get(HttpHeaderNames.CONTENT_ENCODING));
        return true;
    }

    private static int code(@Nullable CharSequence text) throws AnswerException {
        int code = 0;
        if (text != null && text.length() == 3) {
            for (int i = 0; i < 3; i++) {
                int digit = text.charAt(i) - '0';
                code = digit < 0 || digit > 9 ? LAST + 1 : 10 * code + digit;
            }
        }
        if (code < 100 || code > LAST || code == 101) {
            throw protocol("no valid :status: \"" + (text == null ? "" : text) + "\"");
        }
        return code;
    }

    private static CharSequence orEmpty(@Nullable CharSequence value) {
        return value == null ? "" : value;
    }

    /** Whether anything of the answer has arrived. */
    boolean begun() {
        return begun;
    }

    /** The status of the answer; 0 before it is known. */
    @Override
    public int status() {
        return status;
    }

    @Override
    public boolean hasBody() {
        return !headRequest && !empty && status != NO_CONTENT && status != NOT_MODIFIED && contentLength != 0;
    }

    @Override
    public long contentLength() {
        return contentLength;
    }

    @Override
    public boolean typeStarts(byte[] text) {
        if (type.length() < text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (AsciiString.toLowerCase(type.charAt(i)) != text[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String type() {
        return quoted(type);
    }

    @Override
    public String encoding() {
        return quoted(encoding);
    }

    @Override
    public boolean encoded() {
        return encoding.length() > 0 && !AsciiString.contentEqualsIgnoreCase(encoding, HttpHeaderValues.IDENTITY);
    }

    private static String quoted(CharSequence text) {
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        return Bytes.quoted(bytes, 0, bytes.length);
    }
}
