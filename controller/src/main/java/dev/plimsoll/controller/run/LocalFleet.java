package dev.plimsoll.controller.run;

import dev.plimsoll.agent.AgentSettings;
import dev.plimsoll.agent.AgentVerticle;
import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.transport.Transports;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** One agent in this process, behind a bus of this process. */
final class LocalFleet implements Fleet {
    private static final Duration AHEAD = Duration.ofMillis(20);
    private static final long CLOSE_SECONDS = 5;
    private static final long DEPLOY_SECONDS = 20;

    /** What the agent's own work and the bus take, besides loops of load. */
    private static final int OTHER_LOOPS = 2;

    private final Vertx vertx;
    private final OptionalInt shards;

    private LocalFleet(Vertx vertx, OptionalInt shards) {
        this.vertx = vertx;
        this.shards = shards;
    }

    static LocalFleet open(Optional<String> transport, OptionalInt shards) throws RunException {
        VertxOptions options = new VertxOptions();
        options.setEventLoopPoolSize(Math.max(options.getEventLoopPoolSize(), shards.orElse(0) + OTHER_LOOPS));
        try {
            Vertx vertx = Vertx.builder()
                    .with(options)
                    .withTransport(Transports.choose(transport))
                    .build();
            return new LocalFleet(vertx, shards);
        } catch (IllegalArgumentException e) {
            throw new RunException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Vertx vertx() {
        return vertx;
    }

    @Override
    public int expected() {
        return 1;
    }

    @Override
    public boolean sharesClock() {
        return true;
    }

    @Override
    public Duration ahead() {
        return AHEAD;
    }

    @Override
    public void start(BiConsumer<Predicate<AgentFacts>, String> gone) throws RunException, InterruptedException {
        AgentFacts facts = AgentHost.facts(vertx, Optional.of("local"), shards);
        AgentVerticle agent = new AgentVerticle(new AgentSettings(facts, () -> {}));
        Waiting.forResult(vertx.deployVerticle(agent), DEPLOY_SECONDS, "the agent did not start");
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            /* Nothing is left to be saved by it: its threads are daemons of a run that is over. */
            return;
        }
    }
}
