package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.request.RequestContent;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of requests that differ only by workload entry and target URL, rendered once each for one shard: a shard of
 * its own does not share their reference counts with others. Confined to the shard.
 */
final class StandingRequests {
    private final Rendering renderer;
    private final int urls;
    private @Nullable RenderedRequest[] ready = {};

    StandingRequests(Rendering renderer, int urls) {
        this.renderer = requireNonNull(renderer, "renderer");
        this.urls = urls;
    }

    /** The request with that content for the URL of that index. */
    RenderedRequest of(RequestContent content, int url) {
        int index = content.spec() * urls + url;
        RenderedRequest request = index < ready.length ? ready[index] : null;
        return request == null ? render(content, url, index) : request;
    }

    private RenderedRequest render(RequestContent content, int url, int index) {
        RenderedRequest once = renderer.render(content, url);
        // Memory of the JDK's own, which is freed when nobody refers to it any more.
        ByteBuffer copy = ByteBuffer.allocateDirect(once.bytes().readableBytes());
        once.bytes().getBytes(once.bytes().readerIndex(), copy);
        once.drop();
        RenderedRequest standing = new RenderedRequest(
                once.url(), once.spec(), Unpooled.wrappedBuffer(copy.flip()), once.answer(), once.head(), true);
        if (index >= ready.length) {
            @Nullable RenderedRequest[] grown = new RenderedRequest[index + 1];
            System.arraycopy(ready, 0, grown, 0, ready.length);
            ready = grown;
        }
        ready[index] = standing;
        return standing;
    }
}
