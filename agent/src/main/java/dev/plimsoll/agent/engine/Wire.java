package dev.plimsoll.agent.engine;

/** How the bytes of one open connection go out, and come in to its {@link HttpConnection}. Confined to the event loop. */
interface Wire {
    /** Sends a request's bytes, whose owner this becomes. */
    void write(RenderedRequest request);

    /** Whether all that was written has left this process. */
    boolean drained();

    /** Takes and gives no more bytes. The channel is closed by the caller, after this. */
    void close();
}
