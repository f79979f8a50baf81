package dev.plimsoll.agent.engine;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The connections to one target URL: the idle ones, last used first, and the calls that wait for one. */
final class ConnectionPool {
    private final Endpoint endpoint;
    private final AddressTurn turn;
    private @Nullable HttpConnection idle;

    /** Calls that wait for a connection to this URL. */
    final CallQueue waiting = new CallQueue();

    /** Connections to this URL, opening ones included. */
    int connections;

    ConnectionPool(Endpoint endpoint) {
        this.endpoint = endpoint;
        turn = new AddressTurn(endpoint);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Takes the idle connection that was used last; null without one. */
    @Nullable
    HttpConnection popIdle() {
        HttpConnection connection = idle;
        if (connection != null) {
            removeIdle(connection);
        }
        return connection;
    }

    /** Takes note that the connection is idle. */
    void pushIdle(HttpConnection connection) {
        HttpConnection below = idle;
        connection.below = below;
        connection.above = null;
        connection.idle = true;
        if (below != null) {
            below.above = connection;
        }
        idle = connection;
    }

    /** Takes note that an idle connection is idle no more. */
    void removeIdle(HttpConnection connection) {
        HttpConnection above = connection.above;
        HttpConnection below = connection.below;
        if (above == null) {
            idle = below;
        } else {
            above.below = below;
        }
        if (below != null) {
            below.above = above;
        }
        connection.above = null;
        connection.below = null;
        connection.idle = false;
    }

    /** How many addresses the URL's name has. */
    int addresses() {
        return turn.count();
    }

    /** The index of the address to try next, as {@link AddressTurn#next}. */
    int nextAddress() {
        return turn.next();
    }

    InetSocketAddress address(int index) {
        return turn.address(index);
    }

    /** Takes note of how an attempt to connect to that address went. */
    void tried(int index, boolean opened) {
        turn.tried(index, opened);
    }
}
