package dev.plimsoll.simulator.truth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Cuts the bytes of a connection into requests with a content-length. Used by the reading thread. */
final class RequestParser {
    /**
     * A request; its body does not matter.
     *
     * @param method GET, POST and so on
     * @param path without its query
     * @param id {@code x-request-id}, or empty
     */
    record Request(String method, String path, String id) {}

    private final Connection connection;
    private byte[] bytes = new byte[4096];
    private int count;

    RequestParser(Connection connection) {
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    void feed(ByteBuffer more) {
        int size = more.remaining();
        if (count + size > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, count + size));
        }
        more.get(bytes, count, size);
        count += size;
    }

    /** The next whole request, or null if there is none yet. */
    @Nullable
    Request next() throws IOException {
        int end = headEnd();
        if (end < 0) {
            return null;
        }
        String[] lines = new String(bytes, 0, end, StandardCharsets.ISO_8859_1).split("\r\n");
        String id = "";
        int length = 0;
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            String name = colon < 0 ? "" : lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1).strip();
            switch (name) {
                case "content-length" -> length = Integer.parseInt(value);
                case "x-request-id" -> id = value;
                case "transfer-encoding" -> throw new IOException("the schedule server wants a content-length");
                default -> {}
            }
        }
        int total = end + 4 + length;
        if (count < total) {
            return null;
        }
        System.arraycopy(bytes, total, bytes, 0, count - total);
        count -= total;
        String[] words = lines[0].split(" ");
        if (words.length < 2) {
            throw new IOException("no request line: " + lines[0]);
        }
        return new Request(words[0], words[1].split("\\?")[0], id);
    }

    private int headEnd() {
        for (int i = 3; i < count; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i - 3;
            }
        }
        return -1;
    }
}
