package dev.plimsoll.agent.engine;

import dev.plimsoll.agent.request.RequestContent;

/** How requests become bytes; {@link RequestRenderer#render} is one. Safe for use by several threads. */
@FunctionalInterface
public interface Rendering {
    /** The request's bytes for the target URL of that index, ready to be sent once. */
    RenderedRequest render(RequestContent content, int url);
}
