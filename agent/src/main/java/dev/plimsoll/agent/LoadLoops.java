package dev.plimsoll.agent;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;

/**
 * Event loops of a Vert.x that carry load: each different from the others and from the agent's own, on which probes and
 * commands run.
 *
 * <p>Vert.x hands out its loops in turn from the first, so those of the event bus and of whatever else was there before
 * the agent are among the first. Load takes the last ones, and shares a loop with nobody while there are loops enough.
 */
final class LoadLoops {
    private LoadLoops() {}

    /**
     * That many loops.
     *
     * @param own the agent's context, whose loop is left out
     * @throws IllegalStateException when Vert.x has too few
     */
    static List<EventLoop> take(Vertx vertx, Context own, int count) {
        EventLoop left = ((ContextInternal) own).nettyEventLoop();
        List<EventLoop> free = new ArrayList<>();
        for (EventExecutor executor : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            if (executor instanceof EventLoop loop && loop != left) {
                free.add(loop);
            }
        }
        if (free.size() < count) {
            throw new IllegalStateException("only " + free.size() + " event loops are free for " + count
                    + " shards: give the agent fewer shards or Vert.x more event loops");
        }
        return List.copyOf(free.reversed().subList(0, count));
    }
}
