package dev.plimsoll.agent.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A valid streamed chat answer, drawn from a seed with everything that HTTP and event streams allow: any framing, line ends
 * of all three kinds mixed line by line, a byte order mark, comments, other fields, data of several lines, several tokens
 * in an event. It knows what each token event carries and which byte completes it.
 */
final class StreamWire {
    /**
     * A token event.
     *
     * @param tokens that it carries
     * @param completedBy the index in the answer of the byte after which it can be told
     */
    record TokenEvent(int tokens, int completedBy) {}

    private static final String[] LINE_ENDS = {"\n", "\r", "\r\n"};
    private static final String[] WORDS = {"a", " the", "é€", "😀", "\\n\\\"", "{[,:", "data: x", "\\u00e4"};
    private static final String[] ASIDE = {": ping", ":", "id: 7", "retry: 10", "unknown", "dat: x", "event"};

    private final Random random;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final List<Integer> completedInBody = new ArrayList<>();
    private final List<Integer> carried = new ArrayList<>();
    private boolean continuous;
    private int output;
    private String lastEnd = "";
    private int[] marks = {0, 0};

    /** The whole answer. */
    final byte[] bytes;

    /** Its token events, in order. */
    final List<TokenEvent> events = new ArrayList<>();

    /** The index of the byte from which on the answer says why it ended; before it there is no end. */
    final int finishFrom;

    /** The index of the byte from which on the answer says that it is done. */
    final int doneFrom;

    /** Whether only the end of the connection ends it. */
    final boolean needsClose;

    StreamWire(long seed) {
        random = new Random(seed);
        write();
        int framing = random.nextInt(3);
        needsClose = framing == 2;
        byte[] content = body.toByteArray();
        // Where each byte of the body is in the answer.
        int[] places = new int[content.length];
        bytes = framed(framing, content, places);
        finishFrom = places[marks[0]];
        doneFrom = places[marks[1]];
        for (int i = 0; i < carried.size(); i++) {
            events.add(new TokenEvent(carried.get(i), places[completedInBody.get(i)]));
        }
    }

    int outputTokens() {
        return output;
    }

    private void write() {
        if (random.nextInt(4) == 0) {
            body.writeBytes(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
        }
        continuous = random.nextBoolean();
        int count = random.nextInt(8);
        event("{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]" + usage() + "}");
        for (int i = 0; i < count; i++) {
            int tokens = continuous ? 1 + random.nextInt(4) : 1;
            output += tokens;
            String word = WORDS[random.nextInt(WORDS.length)].repeat(tokens);
            int completed =
                    event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + word + "\"}}]" + usage() + "}");
            completedInBody.add(completed);
            carried.add(tokens);
        }
        int finish = body.size();
        event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]" + usage() + "}");
        event("{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":" + output + "}}");
        int done = body.size();
        event("[DONE]");
        marks = new int[] {finish, done};
    }

    private String usage() {
        return continuous ? ",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":" + output + "}" : "";
    }

    /** Writes an event; gives the index in the body of the byte that ends its empty line. */
    private int event(String data) {
        while (random.nextInt(3) == 0) {
            line(ASIDE[random.nextInt(ASIDE.length)]);
            if (random.nextBoolean()) {
                line("");
            }
        }
        String rest = data;
        // A line end is white space in JSON, so data may be cut between its tokens.
        while (rest.startsWith("{") && random.nextInt(4) == 0) {
            int cut = cut(rest);
            if (cut < 0) {
                break;
            }
            data(rest.substring(0, cut));
            rest = rest.substring(cut);
            if (random.nextBoolean()) {
                line(": within");
            }
        }
        data(rest);
        return line("");
    }

    private static int cut(String json) {
        int cut = json.indexOf("\"choices\":");
        return cut < 0 ? -1 : cut + "\"choices\":".length();
    }

    private void data(String text) {
        line((random.nextBoolean() ? "data: " : "data:") + text);
    }

    /** Writes a line; gives the index of the byte that ends it. */
    private int line(String text) {
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        int at = body.size();
        // After a carriage return, a line feed alone would end the same line.
        boolean returned = text.isEmpty() && lastEnd.equals("\r");
        lastEnd = LINE_ENDS[returned ? 1 + random.nextInt(2) : random.nextInt(LINE_ENDS.length)];
        body.writeBytes(lastEnd.getBytes(StandardCharsets.US_ASCII));
        return at;
    }

    private byte[] framed(int framing, byte[] content, int[] places) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        String end = random.nextBoolean() ? "\r\n" : "\n";
        ascii(all, random.nextInt(4) == 0 ? "HTTP/1.1 100 Continue" + end + end : "");
        ascii(all, "HTTP/1.1 200 OK" + end + "Content-Type: text/event-stream; charset=utf-8" + end);
        switch (framing) {
            case 0 -> {
                ascii(all, "content-length: " + content.length + end + end);
                put(all, content, 0, content.length, places);
            }
            case 1 -> {
                ascii(all, "transfer-encoding: chunked" + end + end);
                for (int at = 0; at < content.length; ) {
                    int length = Math.min(content.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 300));
                    ascii(all, Integer.toHexString(length) + (random.nextInt(4) == 0 ? ";x=\"y\"" : "") + "\r\n");
                    put(all, content, at, length, places);
                    ascii(all, "\r\n");
                    at += length;
                }
                ascii(all, "0\r\n" + (random.nextInt(4) == 0 ? "X-Sum: 1\r\n" : "") + "\r\n");
            }
            default -> {
                ascii(all, end);
                put(all, content, 0, content.length, places);
            }
        }
        return all.toByteArray();
    }

    private static void put(ByteArrayOutputStream all, byte[] content, int from, int length, int[] places) {
        for (int i = from; i < from + length; i++) {
            places[i] = all.size();
            all.write(content[i]);
        }
    }

    private static void ascii(ByteArrayOutputStream all, String text) {
        all.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8).replace("\r", "␍").replace("\n", "␊\n");
    }
}
