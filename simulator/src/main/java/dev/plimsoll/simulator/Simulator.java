package dev.plimsoll.simulator;

import dev.plimsoll.simulator.serving.ApiServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Objects;

/**
 * A running simulated vLLM.
 *
 * <p>All methods may be called from any thread. The server uses one event loop of the given Vert.x and one thread of
 * its own.
 */
public final class Simulator {
    private final SimulatorOptions options;
    private final ApiServer server;
    private final Faults faults;

    private Simulator(SimulatorOptions options, ApiServer server, Faults faults) {
        this.options = options;
        this.server = server;
        this.faults = faults;
    }

    /** Starts a server; the future fails if its port is taken. */
    public static Future<Simulator> start(Vertx vertx, SimulatorOptions options) {
        Objects.requireNonNull(vertx, "vertx");
        Objects.requireNonNull(options, "options");
        Faults faults = new Faults(options.faults(), options.seed(), System::nanoTime);
        return new ApiServer(vertx, options, faults).listen().map(server -> new Simulator(options, server, faults));
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** Where it listens, as {@code http://host:port}. */
    public String url() {
        return "http://" + options.host() + ":" + port();
    }

    /** What it was started with. */
    public SimulatorOptions options() {
        return options;
    }

    /** Its faults, to switch on and off while it runs. */
    public Faults faults() {
        return faults;
    }

    /**
     * The longest time in nanoseconds that tokens left after the model said, freezes apart. Large values mean that this
     * machine is too busy to simulate the load.
     */
    public long worstLagNanos() {
        return server.worstLagNanos();
    }

    /** Stops listening, closes all connections and ends the engine. */
    public Future<Void> close() {
        return server.close();
    }
}
