package dev.plimsoll.simulator;

import io.vertx.core.Vertx;

/** A simulator for a test, on its own Vert.x. */
public final class SimulatorTestServer implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Simulator simulator;

    public SimulatorTestServer(SimulatorOptions.Builder options) {
        simulator = Simulator.start(vertx, options.build()).await();
    }

    /** A server with the model and limits of the captures, ten times as fast as an H100. */
    public static SimulatorOptions.Builder tiny() {
        return SimulatorOptions.builder()
                .models("tiny")
                .maxModelLen(2048)
                .maxNumBatchedTokens(2048)
                .maxNumSeqs(64)
                .blockSize(128)
                .numGpuBlocks(16_384)
                .speed(10);
    }

    public Simulator simulator() {
        return simulator;
    }

    public int port() {
        return simulator.port();
    }

    @Override
    public void close() {
        simulator.close().await();
        vertx.close().await();
    }
}
