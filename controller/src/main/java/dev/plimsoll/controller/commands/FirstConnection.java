package dev.plimsoll.controller.commands;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;

/** Whether anything accepts connections at a URL, looked at before there is load. */
final class FirstConnection {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private FirstConnection() {}

    /**
     * Opens one connection, to whichever of the host's addresses accepts it, and closes it. Blocks.
     *
     * @param timeout for each address
     * @throws CommandException when none does, with the last one's reason
     */
    static void check(URI url, Duration timeout) throws CommandException {
        String host = url.getHost();
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int port = url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? HTTPS_PORT : HTTP_PORT;
        String reason = "it has no address";
        try {
            for (InetAddress address : InetAddress.getAllByName(bare)) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), Math.toIntExact(timeout.toMillis()));
                    return;
                } catch (SocketTimeoutException slow) {
                    reason = "no connection within " + timeout.toSeconds() + " s";
                } catch (IOException refused) {
                    reason = String.valueOf(refused.getMessage());
                }
            }
        } catch (UnknownHostException unknown) {
            reason = "there is no host of that name";
        }
        throw new CommandException(
                ExitCode.FAILED,
                "unable to connect to " + host + ":" + port + ": " + reason + "; is the server running there?");
    }
}
