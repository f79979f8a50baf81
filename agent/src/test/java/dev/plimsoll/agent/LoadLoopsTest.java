package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadLoopsTest {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private static EventLoop loop(Context context) {
        return ((ContextInternal) context).nettyEventLoop();
    }

    @Test
    void loadHasLoopsOfItsOwnApartFromTheAgents() {
        Context own = ((VertxInternal) vertx).createEventLoopContext();
        List<EventLoop> loops = LoadLoops.take(vertx, own, 3);
        assertEquals(3, new HashSet<>(loops).size());
        assertFalse(loops.contains(loop(own)));
        IllegalStateException tooFew = assertThrows(IllegalStateException.class, () -> LoadLoops.take(vertx, own, 4));
        assertTrue(String.valueOf(tooFew.getMessage()).startsWith("only 3 event loops are free for 4 shards"));
    }

    @Test
    void whatWasThereBeforeTheAgentKeepsItsLoopWhileThereAreEnough() {
        // As the event bus does: it is the first to take a loop.
        Context bus = ((VertxInternal) vertx).createEventLoopContext();
        Context own = ((VertxInternal) vertx).createEventLoopContext();
        assertFalse(LoadLoops.take(vertx, own, 2).contains(loop(bus)));
    }
}
