package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;

/** The exchange that hears nothing: what a connection without a request tells. */
final class NoExchange implements Exchange {
    static final NoExchange INSTANCE = new NoExchange();

    private NoExchange() {}

    @Override
    public void connected(long connectNanos, long tlsNanos) {}

    @Override
    public void sent(long nanos) {}

    @Override
    public void tokens(long nanos, int tokens) {}

    @Override
    public void usage(long inputTokens, long outputTokens) {}

    @Override
    public void succeeded(long nanos) {}

    @Override
    public void failed(long nanos, ErrorClass errorClass, int status, String detail) {}
}
