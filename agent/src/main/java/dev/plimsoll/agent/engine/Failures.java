package dev.plimsoll.agent.engine;

import io.netty.channel.ConnectTimeoutException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Sentences about connections that could not be opened. */
final class Failures {
    private Failures() {}

    /** Whether this machine, not the target, is the reason: no file descriptor or no port is left. */
    static boolean isOfGenerator(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            String message = String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT);
            if (at instanceof BindException
                    || message.contains("too many open files")
                    || message.contains("cannot assign requested address")) {
                return true;
            }
        }
        return false;
    }

    /** No socket could be had. */
    static String noSocket(Throwable cause) {
        String reason = root(cause);
        String remedy = reason.toLowerCase(Locale.ROOT).contains("too many open files")
                ? "raise the limit of open files (`ulimit -n`), or use fewer connections or more agents"
                : "widen net.ipv4.ip_local_port_range, set net.ipv4.tcp_tw_reuse to 1, reuse connections, or use more"
                        + " agents on other machines";
        return "no socket for a connection: " + reason + "; " + remedy;
    }

    /** No address of the endpoint accepted a connection. */
    static String connect(Endpoint endpoint, InetSocketAddress last, Throwable cause, int attempts) {
        String reason = cause instanceof ConnectTimeoutException ? "not open in time" : root(cause);
        String where = endpoint.toString();
        String address = last.getAddress().getHostAddress();
        if (!endpoint.host().equals(address)) {
            where += " (" + address + (attempts > 1 ? ", the last of " + attempts + " addresses" : "") + ")";
        }
        return "no connection to " + where + ": " + reason;
    }

    /** The TLS handshake failed. */
    static String tls(Endpoint endpoint, Throwable cause) {
        return "no TLS with " + endpoint + ": " + root(cause);
    }

    /** What a failed connection says of itself. */
    static String reason(Throwable cause) {
        return root(cause);
    }

    private static String root(Throwable cause) {
        Throwable at = cause;
        while (at.getCause() != null && at.getCause() != at) {
            at = at.getCause();
        }
        String message = message(at);
        if (message == null) {
            message = message(cause);
        }
        if (message == null) {
            return at.getClass().getSimpleName().contains("ClosedChannel")
                    ? "the connection was closed"
                    : at.getClass().getSimpleName();
        }
        int nativeError = message.indexOf("failed with error(");
        String text = nativeError >= 0 ? message.substring(message.indexOf(':', nativeError) + 1) : message;
        int address = text.indexOf(": /");
        return (address > 0 ? text.substring(0, address) : text).strip();
    }

    private static @Nullable String message(Throwable cause) {
        String message = cause.getMessage();
        return message == null || message.isBlank() ? null : message;
    }
}
