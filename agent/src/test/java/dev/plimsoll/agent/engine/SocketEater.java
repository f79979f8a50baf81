package dev.plimsoll.agent.engine;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that sends more requests at once than it may have sockets, to a server of its own that accepts all and
 * answers none. Prints the first failure's class and sentence.
 */
final class SocketEater {
    private static final int REQUESTS = 400;

    private SocketEater() {}

    /** Runs it; {@code args[0]} is the version of HTTP. */
    public static void main(String[] args) throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        // Below the range of local ports: with few of those, a connection to one of them might reach itself.
        URI nobody = URI.create("http://127.0.0.1:1");
        try (ServerSocket silent = new ServerSocket(0, 2 * REQUESTS, loopback)) {
            URI url = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            ConnectionLimits limits = new ConnectionLimits(REQUESTS, false, Duration.ofSeconds(30));
            TestClient client = args[0].equals("2")
                    ? TestClient.http2(limits, null, url, nobody)
                    : new TestClient(limits, url, nobody);
            // Loads the classes that a failure needs: later there is no descriptor left to read them.
            client.send(TestClient.HTTP, 1, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false)
                    .await();
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            RecordingExchange failed = firstFailed(exchanges);
            System.out.println(failed.errorClass + ": " + failed.detail);
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }
    }

    private static RecordingExchange firstFailed(List<RecordingExchange> exchanges) throws Exception {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < limit) {
            for (RecordingExchange exchange : exchanges) {
                try {
                    return exchange.ended.get(1, TimeUnit.MILLISECONDS);
                } catch (TimeoutException notYet) {
                    continue;
                }
            }
        }
        throw new IllegalStateException("no request failed");
    }
}
