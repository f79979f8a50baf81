package dev.plimsoll.agent.engine;

import static dev.plimsoll.agent.engine.TestClient.CHAT;
import static dev.plimsoll.agent.engine.TestClient.CHAT_STREAM;
import static dev.plimsoll.agent.engine.TestClient.HTTP;
import static dev.plimsoll.measurements.ErrorClass.CONTENT;
import static dev.plimsoll.measurements.ErrorClass.HTTP_4XX;
import static dev.plimsoll.measurements.ErrorClass.HTTP_5XX;
import static dev.plimsoll.measurements.ErrorClass.PROTOCOL;
import static dev.plimsoll.measurements.ErrorClass.RESET;
import static dev.plimsoll.measurements.ErrorClass.STREAM_ERROR;
import static dev.plimsoll.measurements.ErrorClass.TRUNCATED;

import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Work.Expectation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Odd servers, each through the real client. Of each, the first request must end in the class and with the sentence
 * given, and the request after it, which the server answers well, must succeed.
 */
class MalformedServersTest {
    private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String SSE = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
    private static final String CHUNKED_SSE = SSE + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String TOKEN =
            "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n";
    private static final String LAST = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    private static final String DONE = "data: [DONE]\n\n";
    private static final AnswerFormat FINDS =
            new AnswerFormat(Api.HTTP, false, new Expectation(List.of(), List.of("needle")));

    /** One odd server; without an error class its answer is good after all. */
    private record Case(
            String name, AnswerFormat format, @Nullable ErrorClass expected, String sentence, RawServer.Script answer) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case bad(
            String name, AnswerFormat format, ErrorClass expected, String sentence, RawServer.Script answer) {
        return new Case(name, format, expected, sentence, answer);
    }

    private static Case bad(String name, AnswerFormat format, ErrorClass expected, String sentence, String answer) {
        return new Case(name, format, expected, sentence, peer -> peer.send(answer));
    }

    private static Case good(String name, AnswerFormat format, RawServer.Script answer) {
        return new Case(name, format, null, "", answer);
    }

    private static Case good(String name, AnswerFormat format, String answer) {
        return new Case(name, format, null, "", peer -> peer.send(answer));
    }

    private static String chunk(String data) {
        return Integer.toHexString(data.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + data + "\r\n";
    }

    private static String sized(String status, String type, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    private static String json(String status, String body) {
        return sized(status, "application/json", body);
    }

    static Stream<Case> connections() {
        return Stream.of(
                bad("empty reply", CHAT_STREAM, RESET, "closed before the answer began", RawServer.Peer::close),
                bad("reset at once", CHAT_STREAM, RESET, "reset before the answer began", RawServer.Peer::reset),
                bad(
                        "half a head, then close",
                        CHAT_STREAM,
                        RESET,
                        "closed within the head",
                        peer -> peer.send("HTTP/1.1 200 OK\r\nContent-Le").close()),
                bad(
                        "close in mid-stream",
                        CHAT_STREAM,
                        TRUNCATED,
                        "closed after 1 token events",
                        peer -> peer.send(CHUNKED_SSE + chunk(TOKEN)).close()),
                bad(
                        "close before the first event",
                        CHAT_STREAM,
                        RESET,
                        "closed within the body",
                        peer -> peer.send(CHUNKED_SSE).close()),
                bad(
                        "close after [DONE], without the last chunk",
                        CHAT_STREAM,
                        TRUNCATED,
                        "closed",
                        peer -> peer.send(CHUNKED_SSE + chunk(TOKEN + LAST + DONE))
                                .close()),
                bad(
                        "reset in mid-stream",
                        CHAT_STREAM,
                        RESET,
                        "the connection was reset",
                        peer -> peer.send(CHUNKED_SSE + chunk(TOKEN)).pause().reset()),
                bad(
                        "Content-Length too long",
                        HTTP,
                        RESET,
                        "closed within the body",
                        peer -> peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort")
                                .close()),
                good("Content-Length too short", HTTP, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500"),
                good(
                        "bytes after the answer, later",
                        HTTP,
                        peer -> peer.send(GOOD)
                                .pause()
                                .send("HTTP/1.1 500 No\r\n")
                                .awaitClose()),
                good(
                        "kept connection closed between requests",
                        HTTP,
                        peer -> peer.send(GOOD).pause().close()),
                good(
                        "Connection: close, left open",
                        HTTP,
                        "HTTP/1.1 200 OK\r\nConnection: close\r\n" + "Content-Length: 2\r\n\r\nok"),
                good(
                        "HTTP/1.0 until close",
                        HTTP,
                        peer -> peer.send("HTTP/1.0 200 OK\r\n\r\nall of it").close()),
                good(
                        "HTTP/1.0 kept alive",
                        HTTP,
                        "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + "Content-Length: 2\r\n\r\nok"));
    }

    static Stream<Case> heads() {
        return Stream.of(
                bad("garbage", CHAT_STREAM, PROTOCOL, "is not HTTP/1: it begins with \"SSH-2.0", "SSH-2.0-x\r\n"),
                bad("one byte of garbage", CHAT_STREAM, PROTOCOL, "is not HTTP/1", "X"),
                bad("an empty line first", HTTP, PROTOCOL, "begins with an empty line", "\r\n" + GOOD),
                bad(
                        "HTTP/2 settings",
                        CHAT_STREAM,
                        PROTOCOL,
                        "speaks HTTP/2",
                        peer -> peer.send(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0})),
                bad(
                        "TLS alert",
                        CHAT_STREAM,
                        PROTOCOL,
                        "have to begin with https",
                        peer -> peer.send(new byte[] {0x15, 0x03, 0x03, 0, 2, 2, 40})),
                bad("HTTP/2.0 as version", HTTP, PROTOCOL, "is not HTTP/1", "HTTP/2.0 200 OK\r\n\r\n"),
                bad("status of two digits", HTTP, PROTOCOL, "no valid status line", "HTTP/1.1 20 OK\r\n\r\n"),
                bad("status beyond 599", HTTP, PROTOCOL, "no valid status line", "HTTP/1.1 999 OK\r\n\r\n"),
                good("status without a reason", HTTP, "HTTP/1.1 200\r\ncontent-length:2\r\n\r\nok"),
                good("lines that end in LF", HTTP, "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
                bad("endless head", CHAT_STREAM, PROTOCOL, "longer than 64 KiB", peer -> {
                    peer.send("HTTP/1.1 200 OK\r\n");
                    for (int i = 0; i < 100_000; i++) {
                        peer.send("X-Header-" + i + ": value\r\n");
                    }
                }),
                bad(
                        "endless header line",
                        HTTP,
                        PROTOCOL,
                        "longer than 64 KiB",
                        peer -> peer.send("HTTP/1.1 200 OK\r\nX: " + "x".repeat(100_000))),
                bad(
                        "flood of 1xx",
                        HTTP,
                        PROTOCOL,
                        "longer than 64 KiB",
                        "HTTP/1.1 100 Continue\r\n\r\n".repeat(4_000)),
                good(
                        "100 and 103 first",
                        HTTP,
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                                + "Link: </a>\r\nContent-Length: 9\r\n\r\n" + GOOD),
                bad("switching protocols", HTTP, PROTOCOL, "status 101", "HTTP/1.1 101 Switching\r\n\r\n"),
                bad("folded header", HTTP, PROTOCOL, "folded", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"),
                bad("header without a colon", HTTP, PROTOCOL, "no valid header", "HTTP/1.1 200 OK\r\nX\r\n\r\n"),
                bad("blank before the colon", HTTP, PROTOCOL, "no valid header", "HTTP/1.1 200 OK\r\nX : a\r\n\r\n"),
                bad(
                        "two lengths",
                        HTTP,
                        PROTOCOL,
                        "two lengths: Content-Length is 2 and 3",
                        "HTTP/1.1 200 OK\r\n" + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!"),
                good(
                        "the same length twice",
                        HTTP,
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + "CONTENT-LENGTH:2\r\n\r\nok"),
                bad("negative length", HTTP, PROTOCOL, "not a length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n"),
                bad(
                        "overflowing length",
                        HTTP,
                        PROTOCOL,
                        "not a length",
                        "HTTP/1.1 200 OK\r\n" + "Content-Length: 18446744073709551618\r\n\r\nok"),
                bad(
                        "length and chunks",
                        HTTP,
                        PROTOCOL,
                        "both Transfer-Encoding and Content-Length",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"),
                bad(
                        "chunks in HTTP/1.0",
                        HTTP,
                        PROTOCOL,
                        "HTTP/1.0",
                        "HTTP/1.0 200 OK\r\n" + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                bad(
                        "unknown transfer encoding",
                        HTTP,
                        PROTOCOL,
                        "\"gzip, chunked\"",
                        "HTTP/1.1 200 OK\r\n" + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
                bad(
                        "gzip when not asked",
                        CHAT,
                        PROTOCOL,
                        "encoded with \"gzip\", which was not asked for",
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\u001f\u001f"));
    }

    static Stream<Case> chunks() {
        String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        return Stream.of(
                bad(
                        "chunk longer than its size",
                        HTTP,
                        PROTOCOL,
                        "longer than its size says",
                        head + "3\r\nabcdef\r\n"),
                bad("negative chunk size", HTTP, PROTOCOL, "not a number: \"-5\"", head + "-5\r\nabcde\r\n"),
                bad("chunk size that is no number", HTTP, PROTOCOL, "not a number", head + "zz\r\n"),
                bad("empty chunk size", HTTP, PROTOCOL, "not a number", head + "\r\n"),
                bad("overflowing chunk size", HTTP, PROTOCOL, "too large", head + "FFFFFFFFFFFFFFFFFF\r\n"),
                bad("chunk size line with LF alone", HTTP, PROTOCOL, "CR LF", head + "3\nabc\r\n0\r\n\r\n"),
                bad("chunk without CR LF", HTTP, PROTOCOL, "CR LF", head + "3\r\nabc0\r\n\r\n"),
                bad("chunk that ends in CR alone", HTTP, PROTOCOL, "CR LF", head + "3\r\nabc\r0\r\n\r\n"),
                bad("endless chunk extension", HTTP, PROTOCOL, "4 KiB", head + "3;" + "x".repeat(5_000)),
                bad("endless trailers", HTTP, PROTOCOL, "64 KiB", head + "0\r\n" + "X: y\r\n".repeat(20_000)),
                bad(
                        "close within a chunk",
                        HTTP,
                        RESET,
                        "within the body",
                        peer -> peer.send(head + "5\r\nab").close()),
                good("extensions and trailers", HTTP, head + "3;name=\"value\"\r\nabc\r\n00;last\r\nX-Sum: 1\r\n\r\n"),
                good(
                        "trailers of a stream",
                        CHAT_STREAM,
                        SSE + "transfer-encoding: Chunked\r\n\r\n" + chunk(TOKEN + LAST)
                                + "0\r\nServer-Timing: a\r\n\r\n"));
    }

    static Stream<Case> streams() {
        return Stream.of(
                bad("invalid UTF-8 in an event", CHAT_STREAM, PROTOCOL, "invalid UTF-8 at byte", peer -> {
                    peer.send(SSE + "\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"");
                    peer.send(new byte[] {(byte) 0xC3, (byte) 0x28}).send("\"}}]}\n\n");
                }),
                bad(
                        "broken JSON in an event",
                        CHAT_STREAM,
                        PROTOCOL,
                        "not JSON",
                        SSE + "\r\ndata: {\"choices\":[}\n\n"),
                bad("an event that is no object", CHAT_STREAM, PROTOCOL, "not a JSON object", SSE + "\r\ndata: 7\n\n"),
                bad(
                        "an error event",
                        CHAT_STREAM,
                        STREAM_ERROR,
                        "an error event: engine is dead",
                        SSE + "\r\n" + TOKEN + "data: {\"error\":{\"message\":\"engine is dead\",\"code\":500}}\n\n"),
                bad(
                        "an error event of old",
                        CHAT_STREAM,
                        STREAM_ERROR,
                        "an error event: no room",
                        SSE + "\r\n" + "data: {\"object\":\"error\",\"message\":\"no room\",\"code\":400}\n\n"),
                bad(
                        "an error event in words",
                        CHAT_STREAM,
                        STREAM_ERROR,
                        "out of memory",
                        SSE + "\r\n" + "event: error\ndata: out of memory\n\n"),
                bad(
                        "200 with HTML",
                        CHAT_STREAM,
                        PROTOCOL,
                        "not a stream of events (text/html, it begins with \"<html>",
                        sized("200 OK", "text/html", "<html>Welcome</html>")),
                bad(
                        "200 with JSON for a stream",
                        CHAT_STREAM,
                        PROTOCOL,
                        "does this endpoint stream?",
                        json("200 OK", "{\"choices\":[]}")),
                bad(
                        "neither [DONE] nor finish_reason",
                        CHAT_STREAM,
                        TRUNCATED,
                        "ended after 2 token events, without",
                        CHUNKED_SSE + chunk(TOKEN + TOKEN) + "0\r\n\r\n"),
                bad("a stream without events", CHAT_STREAM, TRUNCATED, "after 0 token", CHUNKED_SSE + "0\r\n\r\n"),
                good("[DONE] without tokens", CHAT_STREAM, CHUNKED_SSE + chunk(DONE) + "0\r\n\r\n"),
                good("finish_reason without [DONE]", CHAT_STREAM, CHUNKED_SSE + chunk(TOKEN + LAST) + "0\r\n\r\n"),
                good(
                        "a stream until close",
                        CHAT_STREAM,
                        peer -> peer.send(SSE + "\r\n" + TOKEN + DONE).close()),
                bad(
                        "an endless line",
                        CHAT_STREAM,
                        PROTOCOL,
                        "longer than 1 MiB",
                        SSE + "\r\ndata: " + "x".repeat(1_100_000)),
                bad(
                        "endless data",
                        CHAT_STREAM,
                        PROTOCOL,
                        "longer than 1 MiB",
                        SSE + "\r\n" + ("data: " + "x".repeat(1_000) + "\n").repeat(1_100)),
                bad(
                        "a stream of status 204",
                        CHAT_STREAM,
                        PROTOCOL,
                        "status 204 without a body",
                        "HTTP/1.1 204 No Content\r\n\r\n"),
                good("a byte per millisecond", CHAT_STREAM, peer -> {
                    String answer = CHUNKED_SSE + chunk(TOKEN) + chunk(DONE) + "0\r\n\r\n";
                    for (byte b : answer.getBytes(StandardCharsets.UTF_8)) {
                        peer.send(new byte[] {b}).pause(1);
                    }
                }));
    }

    static Stream<Case> bodies() {
        return Stream.of(
                bad("broken JSON", CHAT, PROTOCOL, "not JSON", json("200 OK", "{\"choices\":[")),
                bad("HTML for JSON", CHAT, PROTOCOL, "(text/html, it begins with", sized("200 OK", "text/html", "<p>")),
                bad("JSON of something else", CHAT, PROTOCOL, "no answer of openai-chat", json("200 OK", "{}")),
                bad("JSON, then more", CHAT, PROTOCOL, "its end should be", json("200 OK", "{\"choices\":[]}}")),
                bad("JSON too deep", CHAT, PROTOCOL, "deeper than 256", json("200 OK", "{\"a\":" + "[".repeat(300))),
                bad(
                        "200 with an error",
                        CHAT,
                        CONTENT,
                        "but with an error: quota",
                        json("200 OK", "{\"error\":{\"message\":\"quota\"}}")),
                bad("204 for JSON", CHAT, PROTOCOL, "status 204 without a body", "HTTP/1.1 204 No\r\n\r\n"),
                bad("empty body for JSON", CHAT, PROTOCOL, "status 200 without a body", json("200 OK", "")),
                bad(
                        "more than 16 MiB announced",
                        CHAT,
                        PROTOCOL,
                        "longer than 16 MiB",
                        "HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n"),
                good("204 for plain HTTP", HTTP, "HTTP/1.1 204 No Content\r\n\r\n"),
                good(
                        "gzip for plain HTTP whose body nobody reads",
                        HTTP,
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"),
                bad(
                        "redirect of an API",
                        CHAT,
                        PROTOCOL,
                        "status 302",
                        "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
                bad(
                        "redirect of plain HTTP",
                        HTTP,
                        CONTENT,
                        "status 302",
                        "HTTP/1.1 302 Found\r\n" + "Location: /there\r\nContent-Length: 0\r\n\r\n"),
                bad("304 has no body", HTTP, CONTENT, "status 304", "HTTP/1.1 304 Not\r\nContent-Length: 7\r\n\r\n"),
                bad(
                        "404 with an error",
                        CHAT_STREAM,
                        HTTP_4XX,
                        "status 404: The model `x` does not exist.",
                        json("404 Not Found", "{\"error\":{\"message\":\"The model `x` does not exist.\"}}")),
                bad(
                        "429 with a message",
                        CHAT,
                        HTTP_4XX,
                        "status 429: slow \"down\"",
                        json("429 Too Many", "{\"message\":\"slow \\\"down\\\"\"}")),
                bad("422 with a detail", CHAT, HTTP_4XX, "status 422: no", json("422 No", "{\"detail\":\"no\"}")),
                bad(
                        "500 in words",
                        CHAT,
                        HTTP_5XX,
                        "status 500: Internal Server Error",
                        sized("500 Error", "text/plain", "Internal\n  Server Error\n")),
                bad(
                        "502 until close",
                        CHAT,
                        HTTP_5XX,
                        "status 502: <html>",
                        peer -> peer.send("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>" + "x".repeat(10_000))
                                .close()),
                bad(
                        "503 without a body",
                        CHAT_STREAM,
                        HTTP_5XX,
                        "status 503",
                        "HTTP/1.1 503 Later\r\n" + "Content-Length: 0\r\n\r\n"),
                bad(
                        "503, compressed",
                        CHAT,
                        HTTP_5XX,
                        "status 503 (encoded with \"br\")",
                        "HTTP/1.1 503 Later\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nxx"),
                bad(
                        "text not found",
                        FINDS,
                        CONTENT,
                        "does not contain \"needle\"",
                        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nneedlneed"),
                good(
                        "text found across chunks",
                        FINDS,
                        peer -> peer.send("HTTP/1.1 200 OK\r\n" + "Transfer-Encoding: chunked\r\n\r\n5\r\nneene\r\n")
                                .pause()
                                .send("4\r\nedle\r\n0\r\n\r\n")));
    }

    @ParameterizedTest
    @MethodSource({"connections", "heads", "chunks", "streams", "bodies"})
    void oddAnswerEndsAsItShouldAndHarmsNoOther(Case odd) throws Exception {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        RawServer.Script script = peer -> {
            if (peer.number() == 0) {
                peer.request();
                try {
                    odd.answer().serve(peer);
                } finally {
                    closed.complete(peer.isClosed());
                }
            }
            while (!peer.request().isEmpty()) {
                peer.send(GOOD);
            }
        };
        try (RawServer server = new RawServer(script);
                TestClient client = new TestClient(TestClient.limits(2), server.url())) {
            RecordingExchange exchange = client.send(odd.format());
            if (odd.expected() == null) {
                exchange.succeeds();
            } else {
                exchange.fails(odd.expected(), odd.sentence());
            }
            if (closed.get(20, TimeUnit.SECONDS)) {
                client.awaitOpen(0);
            }
            client.send(HTTP).succeeds();
        }
    }
}
