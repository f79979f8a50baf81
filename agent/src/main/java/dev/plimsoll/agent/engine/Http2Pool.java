package dev.plimsoll.agent.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP/2 connections to one target URL, and the calls that wait for a stream. Confined to one event loop. */
final class Http2Pool {
    /** How many streams a server allows that has not told yet: what RFC 9113 asks of servers at least. */
    private static final int USUAL_STREAMS = 100;

    private final Endpoint endpoint;
    private final AddressTurn turn;
    private final List<Http2Link> links = new ArrayList<>();
    private int next;
    private int streams = USUAL_STREAMS;

    /** Calls that no connection is bound to, in order. */
    final LinkedHashSet<Http2Call> waiting = new LinkedHashSet<>();

    /** A pool without connections. */
    Http2Pool(Endpoint endpoint) {
        this.endpoint = endpoint;
        turn = new AddressTurn(endpoint);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    AddressTurn turn() {
        return turn;
    }

    /** Its connections, opening ones included. */
    List<Http2Link> links() {
        return links;
    }

    /** How many streams a connection will probably carry. */
    int streams() {
        return streams;
    }

    /** A server has told how many streams it allows. */
    void streams(int allowed) {
        streams = Math.max(1, allowed);
    }

    /** An open connection that can take one more call, in turn; null without one. */
    @Nullable
    Http2Link free() {
        int count = links.size();
        for (int i = 0; i < count; i++) {
            int index = next >= count ? 0 : next;
            next = index + 1;
            Http2Link link = links.get(index);
            if (link.hasRoom()) {
                return link;
            }
        }
        return null;
    }

    /** A connection being opened that will probably take one more call; null without one. */
    @Nullable
    Http2Link opening() {
        for (Http2Link link : links) {
            if (link.willHaveRoom()) {
                return link;
            }
        }
        return null;
    }

    /** A connection that carries nothing; null without one. */
    @Nullable
    Http2Link idle() {
        for (Http2Link link : links) {
            if (link.isIdle()) {
                return link;
            }
        }
        return null;
    }
}
