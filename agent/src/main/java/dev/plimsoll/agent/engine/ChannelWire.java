package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/** A wire through a channel's pipeline, for every transport, and for TLS. */
final class ChannelWire implements Wire {
    private final Channel channel;

    /** The wire of a channel whose pipeline ends in the connection. */
    ChannelWire(Channel channel) {
        this.channel = requireNonNull(channel, "channel");
    }

    @Override
    public void write(RenderedRequest request) {
        channel.writeAndFlush(request.take(), channel.voidPromise());
    }

    @Override
    public boolean drained() {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        return outbound != null && outbound.isEmpty();
    }

    @Override
    public void close() {
        // Closing the channel is enough.
    }
}
