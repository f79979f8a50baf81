package dev.plimsoll.agent.engine;

import io.netty.util.concurrent.Promise;

/** Connections being opened in advance, counted until the last is open or has failed. */
final class Warming {
    private final Promise<Integer> promise;
    private int pending;
    private int opened;

    Warming(Promise<Integer> promise, int connections) {
        this.promise = promise;
        pending = connections;
    }

    /** One more is open, or has failed. */
    void ended(boolean open) {
        opened += open ? 1 : 0;
        if (--pending == 0) {
            promise.trySuccess(opened);
        }
    }
}
