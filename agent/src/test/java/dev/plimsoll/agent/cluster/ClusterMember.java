package dev.plimsoll.agent.cluster;

import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A member in a process of its own: {@code NAME PORT [MEMBER…]}. Answers {@code echo.PORT}; prints a line for each thing
 * that happens; ends with its standard input.
 */
final class ClusterMember {
    private ClusterMember() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        var members = new ArrayList<>(List.of(args).subList(2, args.length));
        var settings = new ClusterSettings(args[0], ClusterSettings.LOOPBACK, port, members);
        long start = System.nanoTime();
        ClusterBus bus;
        try {
            bus = ClusterBus.start(settings, new VertxOptions(), Optional.empty())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        } catch (java.util.concurrent.ExecutionException e) {
            System.out.println("failed " + e.getMessage());
            System.exit(1);
            return;
        }
        bus.onMembersChanged(now -> System.out.println("members " + now));
        bus.vertx()
                .eventBus()
                .<String>consumer("echo." + port, message -> message.reply(message.body() + " from " + bus.name()))
                .completion()
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        System.out.println("joined " + bus.members() + " in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        while (System.in.read() >= 0) {
            continue;
        }
        bus.close().toCompletionStage().toCompletableFuture().get();
        System.out.println("left");
    }
}
