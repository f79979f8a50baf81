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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes bytes of requests: request line, headers and body, HTTP/1.1. Safe for use by several threads. */
public final class RequestRenderer {
    /** Methods whose requests have a body by custom, so that its absence is told. */
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

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
            byte[] end = end(content);
            bytes = PooledByteBufAllocator.DEFAULT
                    .directBuffer(head.length + end.length + content.body().length)
                    .writeBytes(head)
                    .writeBytes(end)
                    .writeBytes(content.body());
        }
        return new RenderedRequest(url, content.spec(), bytes, content.answer(), "HEAD".equals(content.method()));
    }

    /** Memory of the JDK's own, which is freed when nobody refers to it any more. */
    private ByteBuf whole(RequestContent content, int url) {
        byte[] head = head(content, url);
        byte[] end = end(content);
        ByteBuffer bytes = ByteBuffer.allocateDirect(head.length + end.length + content.body().length);
        bytes.put(head).put(end).put(content.body()).flip();
        return Unpooled.wrappedBuffer(bytes.asReadOnlyBuffer());
    }

    /** All up to {@code Content-Length}, which comes last. */
    private byte[] head(RequestContent content, int index) {
        URI url = target.urls().get(index);
        Map<String, String> headers = RequestHeaders.of(target, url, content);
        StringBuilder lines = new StringBuilder();
        String host = authority(url);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if ("Host".equalsIgnoreCase(header.getKey())) {
                host = header.getValue();
            } else {
                lines.append(header.getKey())
                        .append(": ")
                        .append(header.getValue())
                        .append("\r\n");
            }
        }
        if (!target.connections().reuse()) {
            lines.append("Connection: close\r\n");
        }
        String head = content.method() + " " + TargetPaths.join(target.api(), url, content.path())
                + " HTTP/1.1\r\nHost: " + host + "\r\n" + lines;
        return head.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] end(RequestContent content) {
        boolean told = content.body().length > 0 || WITH_BODY.contains(content.method());
        String end = told ? "Content-Length: " + content.body().length + "\r\n\r\n" : "\r\n";
        return end.getBytes(StandardCharsets.US_ASCII);
    }

    private static String authority(URI url) {
        int standard = "https".equals(url.getScheme()) ? 443 : 80;
        return url.getPort() < 0 || url.getPort() == standard ? url.getHost() : url.getHost() + ":" + url.getPort();
    }
}
