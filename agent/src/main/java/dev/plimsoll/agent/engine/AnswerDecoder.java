package dev.plimsoll.agent.engine;

import dev.plimsoll.agent.request.AnswerFormat;

/**
 * Reads the HTTP/1.1 answers of one connection, one after another, from bytes as they arrive: their framing, and by an
 * {@link AnswerReader} what they mean for the exchange.
 *
 * <p>Knows no sockets and no clock. Confined to one thread. Allocates nothing per piece or per token in steady state.
 */
public final class AnswerDecoder implements ResponseParser.Sink {
    private final ResponseParser parser = new ResponseParser(this);
    private final AnswerReader reader = new AnswerReader(parser);
    private long received;

    /** Expects a new answer in that format; {@code head} when the request's method is {@code HEAD}. */
    public void begin(AnswerFormat answer, boolean head, Exchange receiver) {
        reader.begin(answer, receiver);
        received = 0;
        parser.begin(head);
    }

    /**
     * Reads bytes up to the end of the answer.
     *
     * @param instant when they arrived
     * @return the index after the last byte read: {@code to}, unless the answer ended before
     * @throws AnswerException when the answer cannot be read on; the connection is of no more use
     */
    public int feed(long instant, byte[] bytes, int from, int to) throws AnswerException {
        reader.at(instant);
        int read = parser.parse(bytes, from, to);
        received += read - from;
        return read;
    }

    /** Whether the answer has arrived to its last byte, as its framing says. */
    public boolean done() {
        return parser.done();
    }

    /** Bytes of the answer read so far, head included. */
    long received() {
        return received;
    }

    /** When the last bytes arrived. */
    long lastNanos() {
        return reader.lastNanos();
    }

    /** Whether the connection can carry another request after this answer. */
    boolean reusable() {
        return parser.reusable();
    }

    /** The status; 0 before it is known. */
    public int status() {
        return parser.status();
    }

    @Override
    public void head() throws AnswerException {
        reader.head();
    }

    @Override
    public void body(byte[] bytes, int from, int to) throws AnswerException {
        reader.body(bytes, from, to);
    }

    /**
     * Judges an answer that has arrived completely, and tells the exchange its usage.
     *
     * @throws AnswerException when it is not a good answer; the connection can still be used
     */
    public void end() throws AnswerException {
        reader.end();
    }

    /**
     * Takes note that the server closed the connection.
     *
     * @return whether the answer is complete by that
     */
    public boolean closed() {
        return parser.closed();
    }

    /**
     * What an answer failed with whose connection ended before it was complete.
     *
     * @param reset whether the connection was reset, not closed
     */
    AnswerException broken(boolean reset) {
        String how = "the connection was " + (reset ? "reset" : "closed");
        return reader.broken(how, reset, parser.begun(), parser.inBody());
    }
}
