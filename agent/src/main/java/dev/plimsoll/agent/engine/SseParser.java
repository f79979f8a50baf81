package dev.plimsoll.agent.engine;

import static dev.plimsoll.agent.engine.AnswerException.protocol;

/**
 * Server-sent events (the HTML standard, section 9.2), read piece by piece as bytes arrive, however they are split.
 *
 * <p>An event whose data is one line within one piece is given in place; others are put together in a buffer first.
 * Events without data are passed over, and so are comments, {@code id} and {@code retry}. At the end of a stream an
 * event whose lines are complete is given even if the empty line after it is missing.
 *
 * <p>One serves one connection. It is reused by {@link #begin} and allocates nothing in steady state.
 */
final class SseParser {
    /** The most bytes in one line, and in the data of one event. */
    static final int MAX_DATA = 1024 * 1024;

    /** What receives events. */
    interface Sink {
        /** An event; the bytes are valid during the call. */
        void event(byte[] bytes, int from, int to) throws AnswerException;
    }

    private static final int MAX_NAME = 64;
    private static final int BUFFER = 512;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final Sink sink;
    private boolean skipLineFeed;
    private int markBytes;

    private byte[] line = new byte[BUFFER];
    private int lineLength;

    /** Data of the event so far, when it could not be left in place. */
    private byte[] data = new byte[BUFFER];

    private int dataLength;
    private boolean hasData;

    /** Whether the data is one stretch of the piece being read, from {@code placeFrom} to {@code placeTo}. */
    private boolean inPlace;

    private int placeFrom;
    private int placeTo;

    private final byte[] name = new byte[MAX_NAME];
    private int nameLength;

    /** A parser that gives what it reads to this sink. */
    SseParser(Sink sink) {
        this.sink = sink;
    }

    /** Expects a new stream. */
    void begin() {
        skipLineFeed = false;
        markBytes = 0;
        lineLength = 0;
        endEvent();
    }

    /** Whether the event being given has a name. */
    boolean named() {
        return nameLength > 0;
    }

    /** Whether the event being given has that name. */
    boolean nameIs(byte[] text) {
        return Bytes.equalsIgnoringCase(name, 0, nameLength, text);
    }

    /** Reads a piece of the stream. */
    void parse(byte[] bytes, int from, int to) throws AnswerException {
        int at = markBytes < BYTE_ORDER_MARK.length ? passMark(bytes, from, to) : from;
        while (at < to) {
            if (skipLineFeed) {
                skipLineFeed = false;
                if (bytes[at] == '\n') {
                    at++;
                    continue;
                }
            }
            int lineEnd = Bytes.lineEnd(bytes, at, to);
            if (lineEnd < 0) {
                keep(bytes, at, to);
                break;
            }
            if (lineLength == 0) {
                line(bytes, at, lineEnd, true);
            } else {
                keep(bytes, at, lineEnd);
                int length = lineLength;
                lineLength = 0;
                line(line, 0, length, false);
            }
            skipLineFeed = bytes[lineEnd] == '\r';
            at = lineEnd + 1;
        }
        if (inPlace) {
            dataLength = 0;
            append(bytes, placeFrom, placeTo);
            inPlace = false;
        }
    }

    /** The stream has ended. */
    void end() throws AnswerException {
        dispatch(data);
    }

    /** Passes a byte order mark at the beginning, or gives back what looked like one to the first line. */
    private int passMark(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && markBytes < BYTE_ORDER_MARK.length) {
            if (bytes[at] != BYTE_ORDER_MARK[markBytes]) {
                System.arraycopy(BYTE_ORDER_MARK, 0, line, 0, markBytes);
                lineLength = markBytes;
                markBytes = BYTE_ORDER_MARK.length;
                return at;
            }
            markBytes++;
            at++;
        }
        return at;
    }

    private void keep(byte[] bytes, int from, int to) throws AnswerException {
        int length = to - from;
        if (lineLength + length > MAX_DATA) {
            throw protocol("a line of the event stream is longer than 1 MiB");
        }
        line = Bytes.grown(line, lineLength + length);
        System.arraycopy(bytes, from, line, lineLength, length);
        lineLength += length;
    }

    private void line(byte[] bytes, int from, int to, boolean stays) throws AnswerException {
        if (from == to) {
            dispatch(bytes);
            return;
        }
        switch (bytes[from]) {
            case 'd' -> {
                if (to - from >= 4 && bytes[from + 1] == 'a' && bytes[from + 2] == 't' && bytes[from + 3] == 'a') {
                    if (to - from == 4) {
                        data(bytes, to, to, stays);
                    } else if (bytes[from + 4] == ':') {
                        data(bytes, valueFrom(bytes, from + 5, to), to, stays);
                    }
                }
            }
            case 'e' -> {
                if (to - from > 5
                        && bytes[from + 1] == 'v'
                        && bytes[from + 2] == 'e'
                        && bytes[from + 3] == 'n'
                        && bytes[from + 4] == 't'
                        && bytes[from + 5] == ':') {
                    int value = valueFrom(bytes, from + 6, to);
                    nameLength = Math.min(to - value, MAX_NAME);
                    System.arraycopy(bytes, value, name, 0, nameLength);
                }
            }
            default -> {
                // A comment, an id, a retry, or a field that the standard says to ignore.
            }
        }
    }

    private static int valueFrom(byte[] bytes, int from, int to) {
        return from < to && bytes[from] == ' ' ? from + 1 : from;
    }

    private void data(byte[] bytes, int from, int to, boolean stays) throws AnswerException {
        if (!hasData && stays) {
            hasData = true;
            inPlace = true;
            placeFrom = from;
            placeTo = to;
            return;
        }
        if (inPlace) {
            inPlace = false;
            dataLength = 0;
            append(bytes, placeFrom, placeTo);
        }
        if (hasData) {
            data = Bytes.grown(data, dataLength + 1);
            data[dataLength++] = '\n';
        }
        hasData = true;
        append(bytes, from, to);
    }

    private void append(byte[] bytes, int from, int to) throws AnswerException {
        if (dataLength + to - from > MAX_DATA) {
            throw protocol("the data of an event is longer than 1 MiB");
        }
        data = Bytes.grown(data, dataLength + to - from);
        System.arraycopy(bytes, from, data, dataLength, to - from);
        dataLength += to - from;
    }

    private void dispatch(byte[] bytes) throws AnswerException {
        if (hasData) {
            if (inPlace) {
                sink.event(bytes, placeFrom, placeTo);
            } else {
                sink.event(data, 0, dataLength);
            }
        }
        endEvent();
    }

    private void endEvent() {
        hasData = false;
        inPlace = false;
        dataLength = 0;
        nameLength = 0;
    }
}
