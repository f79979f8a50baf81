package dev.plimsoll.agent.engine;

import static dev.plimsoll.agent.engine.AnswerException.protocol;

/**
 * The framing of HTTP/1.0 and HTTP/1.1 answers (RFC 9112), read piece by piece as bytes arrive, however they are split.
 * Answers with status 1xx are passed over.
 *
 * <p>Strict where leniency would hide a broken server: folded headers, {@code Transfer-Encoding} next to
 * {@code Content-Length}, differing lengths and unclean chunks are errors. Lines of the head may end in a bare line
 * feed. The head, with all 1xx answers before it, has at most 64 KiB, the line of a chunk's size 4 KiB.
 *
 * <p>One serves one connection. It is reused by {@link #begin} and allocates nothing in steady state.
 */
final class ResponseParser implements AnswerHead {
    /** The longest head, in bytes, including answers with status 1xx and trailers. */
    static final int MAX_HEAD = 64 * 1024;

    /** The longest line of a chunk's size, in bytes. */
    static final int MAX_CHUNK_LINE = 4 * 1024;

    /** What receives an answer's parts. */
    interface Sink {
        /** The head of the final answer has been read. */
        void head() throws AnswerException;

        /** A piece of the body; the bytes are valid during the call. */
        void body(byte[] bytes, int from, int to) throws AnswerException;
    }

    private enum State {
        STATUS,
        HEADERS,
        LENGTH,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_CR,
        CHUNK_LF,
        TRAILERS,
        UNTIL_CLOSE,
        DONE
    }

    private static final byte[] VERSION = Bytes.ascii("HTTP/1.");
    private static final byte[] CONTENT_LENGTH = Bytes.ascii("content-length");
    private static final byte[] CONTENT_TYPE = Bytes.ascii("content-type");
    private static final byte[] CONTENT_ENCODING = Bytes.ascii("content-encoding");
    private static final byte[] CONNECTION = Bytes.ascii("connection");
    private static final byte[] TRANSFER_ENCODING = Bytes.ascii("transfer-encoding");
    private static final byte[] CHUNKED = Bytes.ascii("chunked");
    private static final byte[] CLOSE = Bytes.ascii("close");
    private static final byte[] KEEP_ALIVE = Bytes.ascii("keep-alive");
    private static final byte[] IDENTITY = Bytes.ascii("identity");

    /** The digits of the largest length that surely fits a {@code long}. */
    private static final int MAX_DIGITS = 18;

    private static final int MAX_HEX_DIGITS = 15;

    private final Sink sink;
    private State state = State.DONE;
    private boolean headRequest;
    private boolean begun;
    private int headBytes;
    private byte[] line = new byte[128];
    private int lineLength;

    private int status;
    private boolean http10;
    private long contentLength;
    private boolean chunked;
    private boolean close;
    private boolean keepAlive;
    private long remaining;
    private byte[] type = new byte[64];
    private int typeLength;
    private byte[] encoding = new byte[16];
    private int encodingLength;

    /** A parser that gives what it reads to this sink. */
    ResponseParser(Sink sink) {
        this.sink = sink;
    }

    /** Expects a new answer; {@code head} when the request's method is {@code HEAD}. */
    void begin(boolean head) {
        headRequest = head;
        begun = false;
        headBytes = 0;
        beginHead();
    }

    private void beginHead() {
        state = State.STATUS;
        lineLength = 0;
        status = 0;
        http10 = false;
        contentLength = -1;
        chunked = false;
        close = false;
        keepAlive = false;
        typeLength = 0;
        encodingLength = 0;
    }

    /**
     * Reads bytes up to the end of the answer.
     *
     * @return the index after the last byte read: {@code to}, unless the answer ended before
     */
    int parse(byte[] bytes, int from, int to) throws AnswerException {
        int at = from;
        begun |= from < to;
        while (at < to && state != State.DONE) {
            switch (state) {
                case LENGTH, CHUNK -> at = counted(bytes, at, to);
                case UNTIL_CLOSE -> {
                    sink.body(bytes, at, to);
                    at = to;
                }
                case CHUNK_CR -> {
                    if (bytes[at++] != '\r') {
                        throw protocol("a chunk is longer than its size says, or does not end in CR LF");
                    }
                    state = State.CHUNK_LF;
                }
                case CHUNK_LF -> {
                    if (bytes[at++] != '\n') {
                        throw protocol("a chunk does not end in CR LF");
                    }
                    state = State.CHUNK_SIZE;
                }
                default -> at = line(bytes, at, to);
            }
        }
        return at;
    }

    private int counted(byte[] bytes, int at, int to) throws AnswerException {
        int piece = (int) Math.min(remaining, to - at);
        remaining -= piece;
        if (remaining == 0) {
            state = state == State.LENGTH ? State.DONE : State.CHUNK_CR;
        }
        sink.body(bytes, at, at + piece);
        return at + piece;
    }

    /** Reads a line, or keeps the part that is there; returns the index after it. */
    private int line(byte[] bytes, int at, int to) throws AnswerException {
        int feed = Bytes.lineFeed(bytes, at, to);
        int until = feed < 0 ? to : feed;
        count(until - at + 1);
        if (feed >= 0 && lineLength == 0) {
            ended(bytes, at, feed);
            return feed + 1;
        }
        line = Bytes.grown(line, lineLength + until - at);
        System.arraycopy(bytes, at, line, lineLength, until - at);
        lineLength += until - at;
        if (feed < 0) {
            if (state == State.STATUS) {
                checkVersion(line, 0, lineLength);
            }
            return to;
        }
        int length = lineLength;
        lineLength = 0;
        ended(line, 0, length);
        return feed + 1;
    }

    private void count(int length) throws AnswerException {
        if (state == State.CHUNK_SIZE) {
            if (lineLength + length > MAX_CHUNK_LINE) {
                throw protocol("the line of a chunk's size is longer than 4 KiB");
            }
            return;
        }
        headBytes += length;
        if (headBytes > MAX_HEAD) {
            throw protocol("the head of the answer is longer than 64 KiB");
        }
    }

    private void ended(byte[] bytes, int from, int feed) throws AnswerException {
        boolean carriageReturn = feed > from && bytes[feed - 1] == '\r';
        int to = carriageReturn ? feed - 1 : feed;
        switch (state) {
            case STATUS -> status(bytes, from, to);
            case HEADERS -> {
                if (from == to) {
                    headEnded();
                } else {
                    header(bytes, from, to);
                }
            }
            case CHUNK_SIZE -> {
                if (!carriageReturn) {
                    throw protocol("the line of a chunk's size does not end in CR LF");
                }
                chunkSize(bytes, from, to);
            }
            default -> {
                if (from == to) {
                    state = State.DONE;
                }
            }
        }
    }

    private void status(byte[] bytes, int from, int to) throws AnswerException {
        checkVersion(bytes, from, to);
        int code = from + VERSION.length + 2;
        boolean valid = to - code >= 3
                && isDigit(bytes[code - 2])
                && bytes[code - 1] == ' '
                && bytes[code] >= '1'
                && bytes[code] <= '5'
                && isDigit(bytes[code + 1])
                && isDigit(bytes[code + 2])
                && (to - code == 3 || bytes[code + 3] == ' ');
        if (!valid) {
            throw protocol("no valid status line: \"" + Bytes.quoted(bytes, from, to) + "\"");
        }
        http10 = bytes[code - 2] == '0';
        status = 100 * (bytes[code] - '0') + 10 * (bytes[code + 1] - '0') + (bytes[code + 2] - '0');
        state = State.HEADERS;
    }

    /** Fails as soon as the first bytes cannot be those of an HTTP/1 answer. */
    private static void checkVersion(byte[] bytes, int from, int to) throws AnswerException {
        int length = Math.min(to - from, VERSION.length);
        for (int i = 0; i < length; i++) {
            if (bytes[from + i] != VERSION[i]) {
                throw protocol(notHttp(bytes, from, to));
            }
        }
        if (length == 0) {
            throw protocol("the answer begins with an empty line, not with a status line");
        }
    }

    private static String notHttp(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length >= 4 && bytes[from] == 0 && bytes[from + 1] == 0 && bytes[from + 3] == 4) {
            return "the server speaks HTTP/2 without being asked to: set target.http to 2";
        }
        if (length >= 2 && bytes[from] == 0x15 && bytes[from + 1] == 0x03) {
            return "the server speaks TLS: does the URL have to begin with https?";
        }
        return "the answer is not HTTP/1: it begins with \"" + Bytes.quoted(bytes, from, to) + "\"";
    }

    private void header(byte[] bytes, int from, int to) throws AnswerException {
        byte lead = bytes[from];
        if (lead == ' ' || lead == '\t') {
            throw protocol("a folded header line, which HTTP/1.1 forbids: \"" + Bytes.quoted(bytes, from, to) + "\"");
        }
        int colon = from;
        while (colon < to && bytes[colon] != ':') {
            colon++;
        }
        if (colon == to || colon == from || bytes[colon - 1] == ' ' || bytes[colon - 1] == '\t') {
            throw protocol("no valid header line: \"" + Bytes.quoted(bytes, from, to) + "\"");
        }
        byte initial = Bytes.lower(lead);
        if (initial != 'c' && initial != 't') {
            return;
        }
        int valueFrom = colon + 1;
        int valueTo = to;
        while (valueFrom < valueTo && isBlank(bytes[valueFrom])) {
            valueFrom++;
        }
        while (valueTo > valueFrom && isBlank(bytes[valueTo - 1])) {
            valueTo--;
        }
        if (Bytes.equalsIgnoringCase(bytes, from, colon, CONTENT_LENGTH)) {
            length(bytes, valueFrom, valueTo);
        } else if (Bytes.equalsIgnoringCase(bytes, from, colon, CONTENT_TYPE)) {
            typeLength = valueTo - valueFrom;
            type = Bytes.grown(type, typeLength);
            System.arraycopy(bytes, valueFrom, type, 0, typeLength);
        } else if (Bytes.equalsIgnoringCase(bytes, from, colon, TRANSFER_ENCODING)) {
            if (chunked || !Bytes.equalsIgnoringCase(bytes, valueFrom, valueTo, CHUNKED)) {
                throw protocol("Transfer-Encoding is not \"chunked\" alone: \""
                        + Bytes.quoted(bytes, valueFrom, valueTo) + "\"");
            }
            chunked = true;
        } else if (Bytes.equalsIgnoringCase(bytes, from, colon, CONNECTION)) {
            connection(bytes, valueFrom, valueTo);
        } else if (Bytes.equalsIgnoringCase(bytes, from, colon, CONTENT_ENCODING)
                && valueTo > valueFrom
                && !Bytes.equalsIgnoringCase(bytes, valueFrom, valueTo, IDENTITY)) {
            encodingLength = valueTo - valueFrom;
            encoding = Bytes.grown(encoding, encodingLength);
            System.arraycopy(bytes, valueFrom, encoding, 0, encodingLength);
        }
    }

    private void length(byte[] bytes, int from, int to) throws AnswerException {
        long value = 0;
        boolean valid = to > from && to - from <= MAX_DIGITS;
        for (int i = from; valid && i < to; i++) {
            valid = isDigit(bytes[i]);
            value = 10 * value + (bytes[i] - '0');
        }
        if (!valid) {
            throw protocol("Content-Length is not a length: \"" + Bytes.quoted(bytes, from, to) + "\"");
        }
        if (contentLength >= 0 && contentLength != value) {
            throw protocol("two lengths: Content-Length is " + contentLength + " and " + value);
        }
        contentLength = value;
    }

    private void connection(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int next = at;
            while (next < to && bytes[next] != ',') {
                next++;
            }
            int last = next;
            while (at < last && isBlank(bytes[at])) {
                at++;
            }
            while (last > at && isBlank(bytes[last - 1])) {
                last--;
            }
            close |= Bytes.equalsIgnoringCase(bytes, at, last, CLOSE);
            keepAlive |= Bytes.equalsIgnoringCase(bytes, at, last, KEEP_ALIVE);
            at = next + 1;
        }
    }

    /** Decides how the body is framed (RFC 9112, section 6.3). */
    private void headEnded() throws AnswerException {
        if (status < 200) {
            if (status == 101) {
                throw protocol("status 101: the server switches to a protocol that was not asked for");
            }
            beginHead();
            return;
        }
        if (chunked && contentLength >= 0) {
            throw protocol("both Transfer-Encoding and Content-Length");
        }
        if (chunked && http10) {
            throw protocol("Transfer-Encoding in an HTTP/1.0 answer");
        }
        if (hasNoBody()) {
            state = State.DONE;
        } else if (chunked) {
            state = State.CHUNK_SIZE;
        } else if (contentLength >= 0) {
            remaining = contentLength;
            state = contentLength == 0 ? State.DONE : State.LENGTH;
        } else {
            state = State.UNTIL_CLOSE;
        }
        sink.head();
    }

    private boolean hasNoBody() {
        return headRequest || status == 204 || status == 304;
    }

    private void chunkSize(byte[] bytes, int from, int to) throws AnswerException {
        long size = 0;
        int at = from;
        int digits = 0;
        for (; at < to; at++) {
            int digit = Character.digit(bytes[at], 16);
            if (digit < 0) {
                break;
            }
            digits += size == 0 && digit == 0 ? 0 : 1;
            size = (size << 4) | digit;
            if (digits > MAX_HEX_DIGITS) {
                throw protocol("a chunk's size is too large: \"" + Bytes.quoted(bytes, from, to) + "\"");
            }
        }
        int after = at;
        while (after < to && isBlank(bytes[after])) {
            after++;
        }
        if (at == from || (after < to && bytes[after] != ';')) {
            throw protocol("a chunk's size is not a number: \"" + Bytes.quoted(bytes, from, to) + "\"");
        }
        remaining = size;
        state = size == 0 ? State.TRAILERS : State.CHUNK;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    /**
     * Takes note that the server closed its side.
     *
     * @return whether the answer is complete by that
     */
    boolean closed() {
        if (state == State.UNTIL_CLOSE) {
            state = State.DONE;
            close = true;
        }
        return state == State.DONE;
    }

    /** Whether the answer is complete. */
    boolean done() {
        return state == State.DONE;
    }

    /** Whether any byte of the answer has arrived. */
    boolean begun() {
        return begun;
    }

    /** Whether the head of the final answer has been read. */
    boolean inBody() {
        return state != State.STATUS && state != State.HEADERS;
    }

    /** Whether the connection can carry another request after this answer. */
    boolean reusable() {
        return state == State.DONE && !close && (!http10 || keepAlive);
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public boolean hasBody() {
        return !hasNoBody() && contentLength != 0;
    }

    @Override
    public long contentLength() {
        return contentLength;
    }

    @Override
    public boolean typeStarts(byte[] text) {
        return Bytes.startsIgnoringCase(type, 0, typeLength, text);
    }

    @Override
    public String type() {
        return Bytes.quoted(type, 0, typeLength);
    }

    @Override
    public String encoding() {
        return Bytes.quoted(encoding, 0, encodingLength);
    }

    @Override
    public boolean encoded() {
        return encodingLength > 0;
    }
}
