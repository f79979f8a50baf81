package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.request.RequestHeaders;
import dev.plimsoll.agent.request.TestScenarios;
import dev.plimsoll.agent.request.WorkloadRequests;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.TokenCount;
import dev.plimsoll.scenarios.Work;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestRendererTest {
    private static final String AGENT = "User-Agent: " + RequestHeaders.USER_AGENT + "\r\n";

    private static RenderedRequest render(Target target, Work work, int url) {
        Scenario scenario = TestScenarios.scenario(target, work);
        WorkloadRequests requests = WorkloadRequests.of(scenario, TestScenarios.facts(0), Map.of());
        return new RequestRenderer(target).render(requests.create(0, 0), url);
    }

    private static String text(RenderedRequest rendered) {
        String text = rendered.bytes().toString(StandardCharsets.UTF_8);
        rendered.bytes().release();
        return text;
    }

    private static Target plain(Map<String, String> headers, String... urls) {
        return TestScenarios.target(Api.HTTP, false, headers, urls);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "DELETE", "OPTIONS"})
    void aRequestWithoutBodyTellsNoLength(String method) {
        RenderedRequest rendered =
                render(plain(Map.of(), "http://a.test"), TestScenarios.http(method, "/x", Map.of(), ""), 0);
        assertEquals("HEAD".equals(method), rendered.head());
        assertEquals(method + " /x HTTP/1.1\r\nHost: a.test\r\n" + AGENT + "\r\n", text(rendered));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH"})
    void aMethodThatHasABodyByCustomTellsThatThereIsNone(String method) {
        RenderedRequest rendered =
                render(plain(Map.of(), "http://a.test"), TestScenarios.http(method, "/x", Map.of(), ""), 0);
        assertEquals(method + " /x HTTP/1.1\r\nHost: a.test\r\n" + AGENT + "Content-Length: 0\r\n\r\n", text(rendered));
    }

    @Test
    void lengthsCountBytes() {
        String sent = text(render(
                plain(Map.of(), "http://a.test"),
                TestScenarios.http("DELETE", "/x", Map.of("content-type", "text/plain"), "é"),
                0));
        assertTrue(sent.endsWith("\r\ncontent-type: text/plain\r\n" + AGENT + "Content-Length: 2\r\n\r\né"), sent);
    }

    @Test
    void headersOfTheRequestReplaceThoseOfTheTargetWhateverTheirCase() {
        String sent = text(render(
                plain(Map.of("X-A", "target", "host", "other.test", "user-agent", "mine"), "http://a.test:8080"),
                TestScenarios.http("GET", "/", Map.of("x-a", "request"), ""),
                0));
        assertTrue(sent.startsWith("GET / HTTP/1.1\r\nHost: other.test\r\n"), sent);
        assertTrue(sent.contains("\r\nx-a: request\r\n"), sent);
        assertTrue(sent.contains("\r\nuser-agent: mine\r\n"), sent);
        assertFalse(sent.contains("target"), sent);
        assertFalse(sent.contains("User-Agent"), sent);
    }

    @Test
    void theAgentTellsItsVersion() {
        assertTrue(RequestHeaders.USER_AGENT.matches("plimsoll/[0-9]+\\.[0-9A-Za-z.+-]+"), RequestHeaders.USER_AGENT);
    }

    @Test
    void urlsBringTheirOwnPathsAndQueries() {
        Target target = plain(Map.of(), "http://a.test/base/", "https://b.test:8443/v1?key=1");
        Work work = TestScenarios.http("GET", "/x?y=2", Map.of(), "");
        assertTrue(text(render(target, work, 0)).startsWith("GET /base/x?y=2 HTTP/1.1\r\nHost: a.test\r\n"));
        assertTrue(text(render(target, work, 1)).startsWith("GET /v1/x?y=2&key=1 HTTP/1.1\r\nHost: b.test:8443\r\n"));
    }

    @Test
    void connectionsThatServeOneRequestSaySo() {
        Target open = plain(Map.of(), "http://a.test");
        Target target = new Target(
                open.urls(),
                open.api(),
                open.model(),
                open.stream(),
                open.headers(),
                open.timeout(),
                new Target.Connections(8, false),
                open.tls());
        assertTrue(text(render(target, TestScenarios.http("GET", "/", Map.of(), ""), 0))
                .endsWith("\r\nConnection: close\r\n\r\n"));
    }

    @Test
    void plainRequestsShareTheirBytesAndEachHasItsOwnPosition() {
        Target target = plain(Map.of(), "http://a.test");
        Scenario scenario = TestScenarios.scenario(target, TestScenarios.http("POST", "/", Map.of(), "body"));
        WorkloadRequests requests = WorkloadRequests.of(scenario, TestScenarios.facts(0), Map.of());
        RequestRenderer renderer = new RequestRenderer(target);
        ByteBuf first = renderer.render(requests.create(0, 0), 0).bytes();
        ByteBuf second = renderer.render(requests.create(0, 1), 0).bytes();
        assertNotSame(first, second);
        assertEquals(first.memoryAddress(), second.memoryAddress(), "the same memory");
        assertEquals(3, first.refCnt(), "the renderer's own, and one for each request");
        int length = second.readableBytes();
        first.skipBytes(10);
        assertEquals(length, second.readableBytes());
        first.release();
        second.release();
        // The renderer's own reference is left, so that the bytes can be sent again.
        ByteBuf third = renderer.render(requests.create(0, 2), 0).bytes();
        assertEquals(2, third.refCnt());
        assertEquals(length, third.readableBytes());
        third.release();
        assertEquals(1, third.refCnt());
    }

    @Test
    void promptsHaveBytesOfTheirOwnThatAreFreedAfterUse() {
        Target target = TestScenarios.target(Api.OPENAI_CHAT, true, Map.of(), "http://a.test");
        RenderedRequest rendered =
                render(target, TestScenarios.words(Api.OPENAI_CHAT, TokenCount.fixed(8), Optional.empty()), 0);
        assertEquals(1, rendered.bytes().refCnt());
        assertTrue(rendered.bytes().isDirect());
        assertTrue(rendered.bytes().release(), "freed");
    }

    @Test
    void headersThatWouldBreakTheMessageAreRefusedWithTheRule() {
        for (String name : List.of("Content-Length", "Transfer-Encoding", "Connection")) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> RequestHeaders.merge(URI.create("http://a.test"), Map.of(name, "x"), Map.of()));
            assertTrue(e.getMessage().contains(name + " is not set by a scenario"), e.getMessage());
        }
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> RequestHeaders.merge(URI.create("http://a.test"), Map.of("X-Key", "hunter2\r\nA: b"), Map.of()));
        assertFalse(e.getMessage().contains("hunter2"), e.getMessage());
    }

    @Test
    void renderingIsMeasured() {
        Target target = TestScenarios.target(Api.OPENAI_CHAT, true, Map.of(), "http://a.test");
        Scenario scenario = TestScenarios.scenario(
                target, TestScenarios.words(Api.OPENAI_CHAT, TokenCount.fixed(256), Optional.empty()));
        WorkloadRequests requests = WorkloadRequests.of(scenario, TestScenarios.facts(0), Map.of());
        RequestRenderer renderer = new RequestRenderer(target);
        int count = 100_000;
        long bytes = 0;
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            ByteBuf one = renderer.render(requests.create(0, i), 0).bytes();
            bytes += one.readableBytes();
            one.release();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "rendered %,d chat requests of 256 tokens, %,d bytes, in %.2f s: %,.0f/s%n",
                count, bytes, seconds, count / seconds);
        // 255 words of 2 to 5 letters, each after a blank.
        assertTrue(bytes > count * 255L * 3 && bytes < count * (255L * 6 + 600), "bytes: " + bytes);
    }
}
