package dev.plimsoll.agent.engine;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A server of raw bytes on the loopback: each connection is served by a script on a thread of its own. */
final class RawServer implements AutoCloseable {
    /** What is done with one connection; it is closed afterwards. */
    interface Script {
        void serve(Peer peer) throws IOException;
    }

    private final ServerSocket listener;
    private final Script script;
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    RawServer(Script script) throws IOException {
        this(InetAddress.getLoopbackAddress(), script);
    }

    RawServer(InetAddress address, Script script) throws IOException {
        this(new ServerSocket(), address, script);
    }

    /** A server on a socket that is not bound yet. */
    RawServer(ServerSocket socket, InetAddress address, Script script) throws IOException {
        this.script = script;
        listener = socket;
        listener.bind(new InetSocketAddress(address, 0), 256);
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** Connections accepted so far. */
    int accepted() {
        return accepted.get();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                int number = accepted.getAndIncrement();
                Thread.ofVirtual().start(() -> serve(socket, number));
            } catch (IOException stopped) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.serve(new Peer(socket, number));
        } catch (IOException gone) {
            // The client may close first; tests look at the client's side.
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** The server's side of one connection. */
    static final class Peer {
        private final Socket socket;
        private final InputStream in;
        private final int number;

        private Peer(Socket socket, int number) throws IOException {
            this.socket = socket;
            this.number = number;
            in = new BufferedInputStream(socket.getInputStream());
        }

        /** The number of the connection, from 0. */
        int number() {
            return number;
        }

        /** Reads a request with its body; empty when the client has closed. */
        String request() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int b = in.read();
                if (b < 0) {
                    return "";
                }
                head.write(b);
            }
            String text = head.toString(StandardCharsets.ISO_8859_1);
            for (String line : text.split("\r\n")) {
                if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    in.readNBytes(Integer.parseInt(line.substring(15).strip()));
                }
            }
            return text;
        }

        /** Reads that many bytes away. */
        void skip(int length) throws IOException {
            in.skipNBytes(length);
        }

        /** Reads a frame of HTTP/2 and gives its type; −1 when the client has closed. */
        int frame() throws IOException {
            byte[] head = in.readNBytes(9);
            if (head.length < 9) {
                return -1;
            }
            skip((head[0] & 0xFF) << 16 | (head[1] & 0xFF) << 8 | head[2] & 0xFF);
            return head[3];
        }

        Peer send(String text) throws IOException {
            return send(text.getBytes(StandardCharsets.UTF_8));
        }

        Peer send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        }

        /** Waits until the client has closed. */
        void awaitClose() throws IOException {
            while (in.read() >= 0) {
                // What the client still sends is of no interest.
            }
        }

        /** Gives the network a moment, so that what was sent before is read on its own. */
        Peer pause() {
            return pause(5);
        }

        /** Waits for about that many milliseconds. */
        Peer pause(int millis) {
            LockSupport.parkNanos(millis * 1_000_000L);
            return this;
        }

        /** Closes the connection in order. */
        void close() throws IOException {
            socket.close();
        }

        Socket socket() {
            return socket;
        }

        boolean isClosed() {
            return socket.isClosed();
        }

        /** Closes the connection with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
