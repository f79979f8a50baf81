package dev.plimsoll.simulator;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The smallest HTTP client that shows exactly what a server sent and when. */
public final class RawHttp implements Closeable {
    private final Socket socket;
    private final InputStream in;

    /** One HTTP chunk, or a whole body of known length. */
    public record Part(long nanos, String text) {}

    /** An answer; {@code ended} is false if the connection closed before its end. */
    public record Answer(int status, String head, List<Part> parts, boolean ended) {
        public String body() {
            StringBuilder body = new StringBuilder();
            parts.forEach(p -> body.append(p.text()));
            return body.toString();
        }

        public String header(String name) {
            for (String line : head.split("\r\n")) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name + ": ")) {
                    return line.substring(name.length() + 2);
                }
            }
            return "";
        }
    }

    public RawHttp(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        in = socket.getInputStream();
    }

    public static Answer get(int port, String path) throws IOException {
        try (RawHttp http = new RawHttp(port)) {
            http.send("GET", path, "");
            return http.read();
        }
    }

    public static Answer post(int port, String path, String body) throws IOException {
        try (RawHttp http = new RawHttp(port)) {
            http.send("POST", path, body);
            return http.read();
        }
    }

    public Socket socket() {
        return socket;
    }

    public void send(String method, String path, String body, String... headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nhost: 127.0.0.1\r\n");
        if (method.equals("POST")) {
            head.append("content-type: application/json\r\ncontent-length: ")
                    .append(bytes.length)
                    .append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        out.writeBytes(bytes);
        socket.getOutputStream().write(out.toByteArray());
    }

    public Answer read() throws IOException {
        String head = head();
        int status = Integer.parseInt(head.substring(9, 12));
        List<Part> parts = new ArrayList<>();
        Answer answer = new Answer(status, head, parts, false);
        String length = answer.header("content-length");
        try {
            if (!length.isEmpty()) {
                byte[] body = in.readNBytes(Integer.parseInt(length));
                parts.add(new Part(System.nanoTime(), new String(body, StandardCharsets.UTF_8)));
                return new Answer(status, head, parts, body.length == Integer.parseInt(length));
            }
            while (true) {
                int size = Integer.parseInt(line(), 16);
                byte[] chunk = in.readNBytes(size);
                line();
                if (size == 0) {
                    return new Answer(status, head, parts, true);
                }
                parts.add(new Part(System.nanoTime(), new String(chunk, StandardCharsets.UTF_8)));
            }
        } catch (EOFException e) {
            return answer;
        }
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            head.append(line).append("\r\n");
        }
        return head.toString();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException();
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
