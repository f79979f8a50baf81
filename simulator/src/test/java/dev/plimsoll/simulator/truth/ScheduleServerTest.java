package dev.plimsoll.simulator.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.simulator.RawHttp;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ScheduleServerTest {
    private static final String CHAT = "/v1/chat/completions";

    private static void awaitIdle(ScheduleServer server) {
        long limit = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (server.open() > 0) {
            assertTrue(System.nanoTime() < limit, "requests still open: " + server.open());
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static long median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    @Test
    void streamHasRoleThenTokensThenUsageThenDone() throws IOException {
        ScheduleOptions options = ScheduleOptions.stream(Duration.ofMillis(20), Duration.ofMillis(5), 4);
        try (ScheduleServer server = ScheduleServer.start(options)) {
            RawHttp.Answer answer = RawHttp.post(server.port(), CHAT, "{}");
            assertEquals(200, answer.status());
            assertTrue(answer.ended());
            List<RawHttp.Part> parts = answer.parts();
            // Role, four tokens, usage, [DONE].
            assertEquals(7, parts.size());
            assertTrue(parts.get(0).text().contains("\"role\":\"assistant\",\"content\":\"\""));
            for (int i = 1; i <= 4; i++) {
                assertTrue(
                        parts.get(i).text().contains("\"content\":\" token\""),
                        parts.get(i).text());
                assertEquals(i == 4, parts.get(i).text().contains("\"finish_reason\":\"length\""));
                assertFalse(parts.get(i).text().contains("usage"));
            }
            assertTrue(parts.get(5).text().contains("\"total_tokens\":20,\"completion_tokens\":4}"));
            assertEquals("data: [DONE]\n\n", parts.get(6).text());
        }
    }

    @Test
    void recordsAgreeWithWhatAReaderSees() throws IOException {
        Duration ttft = Duration.ofMillis(40);
        Duration itl = Duration.ofMillis(10);
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.stream(ttft, itl, 50))) {
            RawHttp.post(server.port(), CHAT, "{}");
            long sent = System.nanoTime();
            RawHttp.Answer answer = RawHttp.post(server.port(), CHAT, "{}");
            awaitIdle(server);
            Served served = server.records().get(1);
            assertTrue(served.complete());
            assertEquals(50, served.tokens());
            assertEquals(50, served.tokenNanos().length);
            assertTrue(served.arrivalNanos() >= sent, "a request cannot arrive before it was sent");
            long[] late = new long[50];
            long[] seen = new long[50];
            for (int i = 0; i < 50; i++) {
                late[i] = served.tokenNanos()[i] - (served.arrivalNanos() + ttft.toNanos() + i * itl.toNanos());
                seen[i] = answer.parts().get(i + 1).nanos() - served.tokenNanos()[i];
                assertTrue(late[i] >= 0, "token " + i + " was written before it was due");
                assertTrue(seen[i] >= 0, "token " + i + " was read before it was written");
            }
            // Timers are late by 60 to 100 us on an idle machine; the limit leaves room for a busy one.
            assertTrue(median(late) < 3_000_000, "median lateness " + median(late) + " ns");
            assertTrue(median(seen) < 3_000_000, "median way to the reader " + median(seen) + " ns");
            // Absolute deadlines: being late does not add up over 50 tokens.
            assertTrue(late[49] < 250_000_000);
        }
    }

    @Test
    void roleComesAtOnceOrWithTheFirstToken() throws IOException {
        ScheduleOptions atOnce = ScheduleOptions.stream(Duration.ofMillis(300), Duration.ofMillis(1), 2);
        for (boolean early : new boolean[] {true, false}) {
            try (ScheduleServer server = ScheduleServer.start(early ? atOnce : atOnce.withRoleAtFirstToken())) {
                RawHttp.Answer answer = RawHttp.post(server.port(), CHAT, "{}");
                long gap = answer.parts().get(1).nanos() - answer.parts().get(0).nanos();
                assertEquals(early, gap > 150_000_000, "role to first token: " + gap + " ns");
            }
        }
    }

    @Test
    void chunksOfSeveralTokensBearTheUsageSoFar() throws IOException {
        ScheduleOptions options = ScheduleOptions.stream(Duration.ofMillis(5), Duration.ofMillis(1), 7)
                .withTokensPerChunk(3);
        try (ScheduleServer server = ScheduleServer.start(options)) {
            RawHttp.Answer answer = RawHttp.post(server.port(), "/v1/completions", "{}");
            awaitIdle(server);
            // 3 + 3 + 1 tokens, usage, [DONE]; a completion has no role chunk.
            assertEquals(5, answer.parts().size());
            assertTrue(answer.parts().get(0).text().contains("\"completion_tokens\":3}"));
            assertTrue(answer.parts().get(1).text().contains("\"completion_tokens\":6}"));
            assertTrue(answer.parts().get(2).text().contains("\"completion_tokens\":7}"));
            assertEquals(7, server.records().get(0).tokens());
            assertEquals(3, server.records().get(0).tokenNanos().length);
        }
    }

    @Test
    void nothingIsWrittenDuringAStall() throws IOException {
        ScheduleOptions options = ScheduleOptions.stream(Duration.ofMillis(10), Duration.ofMillis(10), 40)
                .withStall(Duration.ofMillis(100), Duration.ofMillis(200));
        try (ScheduleServer server = ScheduleServer.start(options)) {
            RawHttp.Answer answer = RawHttp.post(server.port(), CHAT, "{}");
            awaitIdle(server);
            Served served = server.records().get(0);
            assertEquals(43, answer.parts().size());
            long from = served.arrivalNanos() + 100_000_000L;
            for (long at : served.tokenNanos()) {
                assertFalse(at >= from && at < from + 200_000_000L, "written " + (at - from) + " ns into the stall");
            }
            // Due at 10 + 10 i ms: tokens 9 to 28 fall into [100, 300) ms and all leave at its end.
            long caughtUp = served.tokenNanos()[28] - served.tokenNanos()[9];
            assertTrue(caughtUp < 50_000_000, "20 overdue tokens took " + caughtUp + " ns");
        }
    }

    @Test
    void unaryModeAnswersAnyPathAfterTheServiceTime() throws IOException {
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(30)));
                RawHttp http = new RawHttp(server.port())) {
            for (int i = 0; i < 3; i++) {
                http.send("GET", "/anything?x=1", "", "x-request-id: r" + i);
                assertEquals(200, http.read().status());
            }
            awaitIdle(server);
            assertEquals(3, server.records().size());
            for (int i = 0; i < 3; i++) {
                assertEquals("r" + i, server.records().get(i).requestId());
                assertTrue(server.records().get(i).ttftNanos() >= 30_000_000);
                assertEquals(
                        http.socket().getLocalPort(), server.records().get(i).clientPort());
            }
        }
    }

    @Test
    void goneClientIsRecordedAsIncomplete() throws IOException {
        ScheduleOptions options = ScheduleOptions.stream(Duration.ofMillis(1), Duration.ofMillis(20), 1000);
        try (ScheduleServer server = ScheduleServer.start(options)) {
            try (RawHttp http = new RawHttp(server.port())) {
                http.send("POST", CHAT, "{}");
                assertTrue(http.socket().getInputStream().read() > 0);
            }
            awaitIdle(server);
            assertFalse(server.records().get(0).complete());
            assertTrue(server.records().get(0).tokens() < 1000);
        }
    }

    @Test
    void manyStreamsAreServedBesideEachOther() throws Exception {
        int streams = 64;
        ScheduleOptions options = ScheduleOptions.stream(Duration.ofMillis(50), Duration.ofMillis(20), 25);
        try (ScheduleServer server = ScheduleServer.start(options);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RawHttp.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                Callable<RawHttp.Answer> call = () -> RawHttp.post(server.port(), CHAT, "{}");
                answers.add(threads.submit(call));
            }
            for (Future<RawHttp.Answer> answer : answers) {
                assertEquals(28, answer.get().parts().size());
            }
            awaitIdle(server);
            assertEquals(streams, server.records().size());
            assertTrue(server.records().stream().allMatch(Served::complete));
        }
    }
}
