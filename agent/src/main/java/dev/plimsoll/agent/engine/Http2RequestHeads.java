package dev.plimsoll.agent.engine;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the header fields of HTTP/2 of the heads of rendered requests, which are written for HTTP/1.1. Requests of one
 * workload entry to one URL have equal heads but for the length of their bodies, so that all but the first are a
 * comparison of bytes. Confined to one thread.
 */
final class Http2RequestHeads {
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");

    /** Fields that are about an HTTP/1.1 connection, and {@code Host}, which is sent as {@code :authority}. */
    private static final Set<String> LEFT_OUT =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "host");

    private static final byte[] LENGTH_LINE = Bytes.ascii("\r\nContent-Length: ");

    private final Map<Key, Known> known = new HashMap<>();

    /** A workload entry at a target URL. */
    private record Key(int url, int spec) {}

    /**
     * A head that was read before.
     *
     * @param bytes up to the length of the body, or all
     * @param headers its fields, without the length
     */
    private record Known(byte[] bytes, Http2Headers headers) {}

    /**
     * Takes the head off a request's bytes; what is left to read is the body.
     *
     * @param bytes where the request is read
     * @param https whether its URL begins with {@code https}
     * @return its fields, valid until the next call
     * @throws IllegalArgumentException for bytes that are no request of HTTP/1.1
     */
    Http2Headers take(RenderedRequest request, ByteBuf bytes, boolean https) {
        int end = endOfHead(bytes);
        int length = end - bytes.readerIndex();
        byte[] head = new byte[length];
        bytes.readBytes(head);
        int told = lastLengthLine(head);
        int stable = told < 0 ? length : told;
        Key key = new Key(request.url(), request.spec());
        Known found = known.get(key);
        if (found == null || !Arrays.equals(found.bytes, 0, found.bytes.length, head, 0, stable)) {
            found = new Known(Arrays.copyOf(head, stable), fields(head, stable, https));
            known.put(key, found);
        }
        if (told < 0) {
            found.headers.remove(CONTENT_LENGTH);
        } else {
            int from = told + LENGTH_LINE.length;
            found.headers.set(CONTENT_LENGTH, new AsciiString(head, from, length - 4 - from, true));
        }
        return found.headers;
    }

    /** The index after the empty line. */
    private static int endOfHead(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int to = bytes.writerIndex();
        while (true) {
            int feed = bytes.indexOf(at, to, (byte) '\n');
            if (feed < 0) {
                throw new IllegalArgumentException("a request without the empty line after its head");
            }
            if (feed >= 3 && bytes.getByte(feed - 2) == '\n') {
                return feed + 1;
            }
            at = feed + 1;
        }
    }

    /** Where the head's last line begins if it is the length; −1 otherwise. The renderer writes it last. */
    private static int lastLengthLine(byte[] head) {
        int at = head.length - 4;
        while (at > 0 && head[at - 1] != '\n') {
            at--;
        }
        int begin = at - 2;
        boolean told = begin >= 0
                && head.length - begin > LENGTH_LINE.length
                && Arrays.equals(head, begin, begin + LENGTH_LINE.length, LENGTH_LINE, 0, LENGTH_LINE.length);
        return told ? begin : -1;
    }

    private static Http2Headers fields(byte[] head, int length, boolean https) {
        String[] lines = new String(head, 0, length, StandardCharsets.ISO_8859_1).split("\r\n");
        String[] first = lines[0].split(" ");
        if (first.length != 3) {
            throw new IllegalArgumentException("the first line of a request is method, path and version, not \""
                    + Bytes.quoted(head, 0, lines[0].length()) + "\"");
        }
        Http2Headers fields = new DefaultHttp2Headers(false);
        fields.method(ascii(first[0]));
        fields.scheme(ascii(https ? "https" : "http"));
        String host = null;
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            String name = colon < 0 ? "" : lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1).strip();
            if (name.equals("host")) {
                host = value;
            } else if (!name.isEmpty() && !LEFT_OUT.contains(name)) {
                add(fields, name, value);
            }
        }
        fields.path(ascii(first[1]));
        addAuthority(fields, host);
        return fields;
    }

    private static void addAuthority(Http2Headers fields, @Nullable String host) {
        if (host != null) {
            fields.authority(ascii(host));
        }
    }

    /** {@code TE} has but one value in HTTP/2. */
    private static void add(Http2Headers fields, String name, String value) {
        if (!name.equals("te") || value.equalsIgnoreCase("trailers")) {
            fields.add(ascii(name), ascii(value));
        }
    }

    /** Bytes as they stood in the head. */
    private static AsciiString ascii(String text) {
        return new AsciiString(text.getBytes(StandardCharsets.ISO_8859_1), false);
    }
}
