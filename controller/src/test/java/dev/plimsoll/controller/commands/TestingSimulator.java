package dev.plimsoll.controller.commands;

import dev.plimsoll.simulator.Faults;
import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A simulator in the test's own process, four times as fast as the model that it simulates. */
final class TestingSimulator implements AutoCloseable {
    private static final long LIMIT_SECONDS = 30;

    private final Vertx vertx;
    private final Simulator simulator;

    private TestingSimulator(Vertx vertx, Simulator simulator) {
        this.vertx = vertx;
        this.simulator = simulator;
    }

    /** One that calls itself the version of vLLM that it simulates. */
    static TestingSimulator start() throws TimeoutException {
        return start(SimulatorOptions.builder());
    }

    /** One with these options, but for its speed. */
    static TestingSimulator start(SimulatorOptions.Builder options) throws TimeoutException {
        Vertx vertx = Vertx.vertx();
        return new TestingSimulator(
                vertx, Simulator.start(vertx, options.speed(4).build()).await(LIMIT_SECONDS, TimeUnit.SECONDS));
    }

    /** Where it listens. */
    String url() {
        return simulator.url();
    }

    /** What it was started with. */
    SimulatorOptions options() {
        return simulator.options();
    }

    /** What it does wrong, on demand. */
    Faults faults() {
        return simulator.faults();
    }

    @Override
    public void close() throws TimeoutException {
        vertx.close().await(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
}
