package dev.plimsoll.agent.engine;

import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestHeaders;
import dev.plimsoll.agent.request.TargetPaths;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Makes bytes of requests: request line, headers and body, HTTP/1.1. Safe for use by several threads. */
public final class RequestRenderer {
    private static final String AGENT = "plimsoll/"
            + Optional.ofNullable(RequestRenderer.class.getPackage().getImplementationVersion())
                    .orElse("dev");

    private final Target target;
    private final Map<Shared, ByteBuf> shared = new ConcurrentHashMap<>();
    private final Map<Shared, byte[]> heads = new ConcurrentHashMap<>();

    /** A workload entry at a target URL, whose requests differ in their bodies at most. */
    private record Shared(int url, int spec) {}

    /** For requests to that target. */
    public RequestRenderer(Target target) {
        this.target = target;
    }

    /**
     * The request's bytes, ready to be sent once: a pooled direct buffer of their own, or for plain HTTP a view of one
     * that all requests of a workload entry share. The caller releases it.
     *
     * @param content what to ask; entries of one number have equal method, path and headers, and for plain HTTP equal
     *     bodies
     * @param url the index of the target URL it is for
     * @throws IllegalArgumentException for headers that would break the request, with the rule
     */
    public RenderedRequest render(RequestContent content, int url) {
        Shared key = new Shared(url, content.spec());
        ByteBuf bytes;
        if (target.api() == Api.HTTP) {
            bytes = shared.computeIfAbsent(key, k -> whole(content, url)).retainedDuplicate();
        } else {
            byte[] head = heads.computeIfAbsent(key, k -> head(content, url));
            byte[] length = (content.body().length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            bytes = PooledByteBufAllocator.DEFAULT
                    .directBuffer(head.length + length.length + content.body().length)
                    .writeBytes(head)
                    .writeBytes(length)
                    .writeBytes(content.body());
        }
        return new RenderedRequest(url, content.spec(), bytes, content.answer(), "HEAD".equals(content.method()));
    }

    private ByteBuf whole(RequestContent content, int url) {
        byte[] head = head(content, url);
        byte[] length = (content.body().length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuf bytes = Unpooled.directBuffer(head.length + length.length + content.body().length);
        return bytes.writeBytes(head)
                .writeBytes(length)
                .writeBytes(content.body())
                .asReadOnly();
    }

    /** All up to the value of {@code Content-Length}, which comes last. */
    private byte[] head(RequestContent content, int index) {
        URI url = target.urls().get(index);
        Map<String, String> headers = RequestHeaders.merge(url, target.headers(), content.headers());
        String host = headers.remove("Host");
        headers.remove("Content-Length");
        headers.remove("Transfer-Encoding");
        headers.remove("Connection");
        headers.putIfAbsent("User-Agent", AGENT);
        if (content.body().length > 0) {
            headers.putIfAbsent("Content-Type", "application/json");
        }
        if (content.answer().stream() && content.answer().api().generates()) {
            headers.putIfAbsent("Accept", "text/event-stream");
        }
        StringBuilder head = new StringBuilder(content.method())
                .append(' ')
                .append(TargetPaths.join(target.api(), url, content.path()))
                .append(" HTTP/1.1\r\nHost: ")
                .append(host == null ? authority(url) : host)
                .append("\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (!target.connections().reuse()) {
            head.append("Connection: close\r\n");
        }
        return head.append("Content-Length: ").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String authority(URI url) {
        int standard = "https".equals(url.getScheme()) ? 443 : 80;
        return url.getPort() < 0 || url.getPort() == standard ? url.getHost() : url.getHost() + ":" + url.getPort();
    }
}
