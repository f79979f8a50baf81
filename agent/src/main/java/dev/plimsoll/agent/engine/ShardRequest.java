package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;
import org.jspecify.annotations.Nullable;

/**
 * A request of a shard, from its schedule to its end. Pooled; while under way it is a link in its phase's list, which is
 * in the order of deadlines.
 */
final class ShardRequest implements Exchange {
    private final Shard shard;

    TargetClient.@Nullable Handle handle;

    @Nullable
    ShardRequest previous;

    @Nullable
    ShardRequest next;

    @Nullable
    User user;

    int slot;
    int spec;
    long scheduled;
    long sent;
    long firstToken;
    long lastToken;
    long maxGapPerToken;
    long maxChunkGap;
    long counted;
    long inputTokens;
    long outputTokens;
    long bytes;
    long connectNanos;
    long tlsNanos;
    boolean wasSent;

    ShardRequest(Shard shard) {
        this.shard = shard;
    }

    /** Becomes a new request. */
    void begin(int ofSlot, int ofSpec, long scheduledNanos, @Nullable User ofUser) {
        slot = ofSlot;
        spec = ofSpec;
        scheduled = scheduledNanos;
        user = ofUser;
        handle = null;
        firstToken = 0;
        lastToken = 0;
        maxGapPerToken = -1;
        maxChunkGap = -1;
        counted = 0;
        inputTokens = -1;
        outputTokens = -1;
        bytes = 0;
        connectNanos = -1;
        tlsNanos = -1;
        wasSent = false;
    }

    @Override
    public void connected(long connect, long tls) {
        connectNanos = connect;
        Recording recording = shard.recording(this);
        recording.record(Recording.CONNECT_TIME, connect, 1);
        if (tls > 0) {
            tlsNanos = tls;
            recording.record(Recording.TLS_TIME, tls, 1);
        }
    }

    @Override
    public void sent(long nanos) {
        sent = nanos;
        wasSent = true;
        Recording recording = shard.recording(this);
        recording.sent++;
        recording.record(Recording.SEND_LAG, nanos - scheduled, 1);
        Recording window = shard.window(nanos, spec);
        if (window != null) {
            window.windowSent++;
        }
    }

    @Override
    public void tokens(long nanos, int tokens) {
        if (counted == 0) {
            firstToken = nanos;
        } else {
            long gap = nanos - lastToken;
            Recording recording = shard.recording(this);
            recording.record(Recording.CHUNK_GAP, gap, 1);
            recording.record(Recording.ITL, gap / tokens, tokens);
            maxChunkGap = Math.max(maxChunkGap, gap);
            maxGapPerToken = Math.max(maxGapPerToken, gap / tokens);
        }
        counted += tokens;
        lastToken = nanos;
        Recording window = shard.window(nanos, spec);
        if (window != null) {
            window.windowOutputTokens += tokens;
        }
    }

    @Override
    public void usage(long input, long output) {
        if (input >= 0) {
            inputTokens = input;
        }
        if (output >= 0) {
            outputTokens = output;
        }
    }

    @Override
    public void received(long count) {
        bytes = count;
    }

    @Override
    public void succeeded(long nanos) {
        shard.succeeded(this, nanos);
    }

    @Override
    public void failed(long nanos, ErrorClass errorClass, int status, String detail) {
        shard.failed(this, nanos, errorClass, status, detail);
    }

    /** Output tokens: as the answer told, else as counted in token events. */
    long outputTokens() {
        return outputTokens >= 0 ? outputTokens : counted;
    }
}
