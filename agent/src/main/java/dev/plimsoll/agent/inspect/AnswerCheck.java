package dev.plimsoll.agent.inspect;

import dev.plimsoll.agent.engine.AnswerDecoder;
import dev.plimsoll.agent.engine.AnswerException;
import dev.plimsoll.agent.engine.Exchange;
import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.measurements.ErrorClass;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Judges a fetched answer: as the load engine would, and then that it holds what was asked for. The load only counts
 * answers without text; a smoke test is to find them before.
 */
final class AnswerCheck implements Exchange {
    private long tokens;

    /** What is wrong with the answer; empty when it is good. */
    static String complaint(RequestContent content, Fetched answer) {
        if (answer.truncated()) {
            return "an answer too long to be judged";
        }
        byte[] wire = wire(answer);
        AnswerCheck check = new AnswerCheck();
        AnswerDecoder decoder = new AnswerDecoder();
        decoder.begin(content.answer(), "HEAD".equals(content.method()), check);
        try {
            decoder.feed(0, wire, 0, wire.length);
            if (!decoder.done()) {
                return "an answer that ends early";
            }
            decoder.end();
        } catch (AnswerException e) {
            return e.sentence();
        }
        return check.missing(content, answer);
    }

    /** The answer as bytes on a connection. */
    private static byte[] wire(Fetched answer) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        String type = answer.contentType().isEmpty() ? "" : "Content-Type: " + answer.contentType() + "\r\n";
        boolean bodiless = answer.status() == 204 || answer.status() == 304;
        String length = bodiless ? "" : "Content-Length: " + answer.body().length + "\r\n";
        String lines = "HTTP/1.1 " + answer.status() + " -\r\n" + type + length + "\r\n";
        wire.writeBytes(lines.getBytes(StandardCharsets.ISO_8859_1));
        wire.writeBytes(answer.body());
        return wire.toByteArray();
    }

    private String missing(RequestContent content, Fetched answer) {
        boolean streams = content.answer().stream() && content.answer().api().generates();
        if (!streams) {
            return AnswerContent.missing(content.answer().api(), answer.text());
        }
        return tokens == 0
                ? "a stream without any token"
                : AnswerContent.missingInStream(content.answer().api(), answer.text());
    }

    @Override
    public void connected(long connectNanos, long tlsNanos) {}

    @Override
    public void sent(long nanos) {}

    @Override
    public void tokens(long nanos, int count) {
        tokens += count;
    }

    @Override
    public void usage(long inputTokens, long outputTokens) {}

    @Override
    public void succeeded(long nanos) {}

    @Override
    public void failed(long nanos, ErrorClass errorClass, int status, String detail) {}
}
