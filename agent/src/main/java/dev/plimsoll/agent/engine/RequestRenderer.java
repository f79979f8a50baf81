package dev.plimsoll.agent.engine;

import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.scenarios.Target;

/** Makes bytes of requests: request line, headers and body, HTTP/1.1. Safe for use by several threads. */
public final class RequestRenderer {

    /** For requests to that target. */
    public RequestRenderer(Target target) {
        throw new UnsupportedOperationException();
    }

    /**
     * The request's bytes, in a buffer of their own (direct, pooled), ready to be sent once.
     *
     * @param content what to ask
     * @param url the index of the target URL it is for
     */
    public RenderedRequest render(RequestContent content, int url) {
        throw new UnsupportedOperationException();
    }
}
