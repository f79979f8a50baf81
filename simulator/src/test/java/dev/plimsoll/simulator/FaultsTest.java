package dev.plimsoll.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private static final String PATH = "/v1/chat/completions";
    private static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],"
            + "\"max_tokens\":20,\"ignore_eos\":true,\"stream\":true}";

    private static SimulatorTestServer server;

    @BeforeAll
    static void start() {
        server = new SimulatorTestServer(SimulatorTestServer.tiny());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void noFaults() {
        server.simulator().faults().clear();
    }

    private static void faults(String json) throws IOException {
        RawHttp.Answer answer = RawHttp.post(server.port(), "/sim/faults", json);
        assertEquals(200, answer.status(), answer.body());
    }

    private static RawHttp.Answer chat() throws IOException {
        return RawHttp.post(server.port(), PATH, CHAT);
    }

    /** Milliseconds of each gap between parts. */
    private static long[] gaps(List<RawHttp.Part> parts) {
        long[] gaps = new long[parts.size() - 1];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = (parts.get(i + 1).nanos() - parts.get(i).nanos()) / 1_000_000;
        }
        return gaps;
    }

    @Test
    void stepDelaySlowsEveryToken() throws IOException {
        faults("{\"step_delay_ms\":20}");
        List<RawHttp.Part> parts = chat().parts();
        // Role and first token come together, then 19 tokens each 20 ms and more after the one before.
        long nanos = parts.get(20).nanos() - parts.get(1).nanos();
        assertTrue(nanos >= 19 * 20_000_000L - 5_000_000, "19 tokens took " + nanos + " ns");
    }

    @Test
    void firstTokenDelayDelaysTheFirstTokenOnly() throws IOException {
        faults("{\"first_token_delay_ms\":300}");
        long from = System.nanoTime();
        List<RawHttp.Part> parts = chat().parts();
        assertTrue(parts.get(1).nanos() - from >= 300_000_000);
        assertTrue(parts.get(20).nanos() - parts.get(1).nanos() < 300_000_000, "the others are as fast as ever");
    }

    @Test
    void decodeFactorMakesASlowRelease() throws IOException {
        faults("{\"decode_factor\":25}");
        List<RawHttp.Part> parts = chat().parts();
        // A decode step is 0.79 ms at this speed: 25 times is 19.8 ms, 19 of them 376 ms.
        long nanos = parts.get(20).nanos() - parts.get(1).nanos();
        assertTrue(nanos >= 365_000_000, "19 tokens took " + nanos + " ns");
    }

    @Test
    void stalledStreamGoesOnAfterItsTime() throws IOException {
        faults("{\"stall_ratio\":1,\"stall_after_tokens\":4,\"stall_ms\":400}");
        RawHttp.Answer answer = chat();
        assertTrue(answer.ended());
        // Role and four tokens, then the pause; what gathered comes in one chunk.
        long[] gaps = gaps(answer.parts());
        assertTrue(gaps[4] >= 390, "gap after four tokens: " + gaps[4] + " ms");
        assertEquals("data: [DONE]\n\n", answer.parts().getLast().text());
    }

    @Test
    void streamStalledForEverSendsNothingMore() throws IOException {
        faults("{\"stall_ratio\":1,\"stall_after_tokens\":2}");
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("POST", PATH, CHAT);
            http.socket().setSoTimeout(700);
            assertThrows(SocketTimeoutException.class, http::read);
        }
    }

    @Test
    void freezeHoldsEverythingAndThenCatchesUp() throws IOException {
        server.simulator()
                .faults()
                .set(FaultPlan.builder().stepDelay(Duration.ofMillis(10)).build());
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("POST", PATH, CHAT.replace("\"max_tokens\":20", "\"max_tokens\":60"));
            RawHttp.Answer[] answer = new RawHttp.Answer[1];
            Thread reader = Thread.startVirtualThread(() -> {
                try {
                    answer[0] = http.read();
                } catch (IOException e) {
                    answer[0] = null;
                }
            });
            server.simulator().faults().freeze(Duration.ofMillis(400));
            long from = System.nanoTime();
            assertEquals(200, RawHttp.get(server.port(), "/health").status());
            assertTrue(System.nanoTime() - from >= 350_000_000, "health was answered during the freeze");
            reader.join(20_000);
            // Role, 60 tokens, [DONE].
            assertEquals(62, answer[0].parts().size());
            // 60 tokens of more than 10 ms each, of which those due in 400 ms came at once: 30 of them at least.
            long quick = 0;
            for (long gap : gaps(answer[0].parts())) {
                quick += gap < 8 ? 1 : 0;
            }
            assertTrue(quick >= 25, "tokens that came at once: " + quick);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void errorRatioHitsItsShare() throws IOException {
        faults("{\"error_ratio\":0.5,\"error_status\":503}");
        int errors = 0;
        for (int i = 0; i < 60; i++) {
            RawHttp.Answer answer =
                    RawHttp.post(server.port(), PATH, CHAT.replace("\"max_tokens\":20", "\"max_tokens\":1"));
            errors += answer.status() == 503 ? 1 : 0;
            assertTrue(answer.status() == 503 || answer.status() == 200);
        }
        // Binomial(60, 0.5): outside 12 to 48 with a probability below 1e-5.
        assertTrue(errors >= 12 && errors <= 48, "errors " + errors);
        assertEquals(200, RawHttp.get(server.port(), "/health").status());
    }

    @Test
    void resetConnectionEndsWithRst() throws IOException {
        faults("{\"reset_ratio\":1}");
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("POST", PATH, CHAT);
            // A reset shows as an exception, an orderly close would show as the end of the stream.
            assertThrows(SocketException.class, http::read);
        }
    }

    @Test
    void truncatedStreamEndsWithoutDone() throws IOException {
        faults("{\"truncate_ratio\":1}");
        RawHttp.Answer answer = chat();
        assertTrue(answer.ended(), "the HTTP message itself is whole");
        // Role and three tokens.
        assertEquals(4, answer.parts().size());
        assertFalse(answer.body().contains("[DONE]"));
        assertFalse(answer.body().contains("\"finish_reason\":\""));
    }

    @Test
    void errorEventComesAfterStatus200() throws IOException {
        faults("{\"error_event_ratio\":1}");
        RawHttp.Answer answer = chat();
        assertEquals(200, answer.status());
        List<RawHttp.Part> parts = answer.parts();
        assertTrue(parts.get(parts.size() - 2).text().startsWith("data: {\"error\":{\"message\":"), answer.body());
        assertEquals("data: [DONE]\n\n", parts.getLast().text());
    }

    @Test
    void unreadyServerAnswers503UntilItIsReady() throws IOException {
        faults("{\"unready_ms\":300}");
        assertEquals(503, RawHttp.get(server.port(), "/health").status());
        assertEquals(503, chat().status());
        long limit = System.nanoTime() + 20_000_000_000L;
        while (RawHttp.get(server.port(), "/health").status() != 200) {
            assertTrue(System.nanoTime() < limit);
        }
        assertEquals(200, chat().status());
    }

    @Test
    void unknownFaultAndWrongValueAreRefused() throws IOException {
        RawHttp.Answer unknown = RawHttp.post(server.port(), "/sim/faults", "{\"latency\":5}");
        assertEquals(400, unknown.status());
        assertTrue(unknown.body().contains("step_delay_ms"), unknown.body());
        RawHttp.Answer range = RawHttp.post(server.port(), "/sim/faults", "{\"error_ratio\":1.5}");
        assertEquals(400, range.status());
        assertTrue(range.body().contains("error_ratio must be 0 to 1, was 1.5"), range.body());
    }

    @Test
    void getShowsWhatIsOnAndDeleteEndsIt() throws IOException {
        faults("{\"step_delay_ms\":12.5,\"stall_ratio\":0.25}");
        String on = RawHttp.get(server.port(), "/sim/faults").body();
        assertTrue(on.contains("\"step_delay_ms\":12.500") && on.contains("\"stall_ratio\":0.25"), on);
        try (RawHttp http = new RawHttp(server.port())) {
            http.send("DELETE", "/sim/faults", "");
            assertTrue(http.read().body().contains("\"step_delay_ms\":0.000"));
        }
    }

    @Test
    void planEndsAfterItsDuration() {
        AtomicLong now = new AtomicLong(1_000);
        FaultPlan plan = FaultPlan.builder()
                .decodeFactor(2)
                .lasts(Duration.ofNanos(500))
                .stall(0.5, 3, Optional.of(Duration.ofSeconds(1)))
                .build();
        Faults faults = new Faults(plan, 1, now::get);
        now.set(1_499);
        assertEquals(2, faults.plan().decodeFactor());
        now.set(1_500);
        assertTrue(faults.plan().isNone());
    }
}
