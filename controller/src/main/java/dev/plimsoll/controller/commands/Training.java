package dev.plimsoll.controller.commands;

import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the program does while the JDK watches it to make its ahead-of-time cache: the commands whose start matters most,
 * and the demo, against simulators of its own. {@code train} runs it once after a build.
 */
final class Training {
    private Training() {}

    /** Runs the commands; what becomes of them does not matter here: a busy machine trains as well as an idle one. */
    public static void main(String[] arguments) {
        Console console = Console.ofSystem();
        Path runs = Path.of(arguments[0]);
        Vertx vertx = Vertx.vertx();
        try {
            Simulator simulator = Simulator.start(
                            vertx, SimulatorOptions.builder().speed(2).build())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            String page = simulator.url() + "/health";
            command(console, "wrk", "-t1", "-c10", "-d2s", "--latency", page);
            command(console, "wrk", "-t1", "-c10", "-d1s", "-R500", "--latency", page);
            command(console, "chat", simulator.url(), "--duration", "1s", "--concurrency", "4", "--quiet");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        command(console, "demo", "--quick", "--out", runs.toString());
        System.exit(0);
    }

    private static void command(Console console, String... arguments) {
        int code = Plimsoll.start(console, Map.of(), arguments);
        console.say(arguments[0] + " ended with " + code);
    }
}
