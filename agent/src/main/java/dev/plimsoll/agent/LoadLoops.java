package dev.plimsoll.agent;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;

/** Event loops of a Vert.x that carry load: each different from the others and from the agent's own. */
final class LoadLoops {
    private static final int TRIES_PER_LOOP = 64;

    private LoadLoops() {}

    /**
     * That many loops.
     *
     * @param own the agent's context, whose loop is left out
     * @throws IllegalStateException when Vert.x has too few
     */
    static List<EventLoop> take(Vertx vertx, Context own, int count) {
        List<EventLoop> loops = new ArrayList<>();
        EventLoop left = ((ContextInternal) own).nettyEventLoop();
        for (int i = 0; i < count * TRIES_PER_LOOP && loops.size() < count; i++) {
            EventLoop loop = ((VertxInternal) vertx).createEventLoopContext().nettyEventLoop();
            if (loop != left && !loops.contains(loop)) {
                loops.add(loop);
            }
        }
        if (loops.size() < count) {
            throw new IllegalStateException("only " + loops.size() + " event loops are free for " + count
                    + " shards: give the agent fewer shards or Vert.x more event loops");
        }
        return List.copyOf(loops);
    }
}
