package dev.plimsoll.agent.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.AgentEvent;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProtocolCodecTest {
    private static final TargetFacts FACTS = new TargetFacts(
            List.of("tiny"),
            Optional.of("tiny"),
            Optional.of("0.32.0"),
            Map.of("block_size", "16"),
            new TargetFacts.Vocabulary(List.of("the", "of"), 12, true),
            List.of("no /tokenize"));

    @Test
    void commandsComeBackUnchanged() throws Exception {
        List<Command> commands = List.of(
                new Command.Ping(3),
                new Command.Adopt(new Plan("r1", "{\"name\":\"x\"}", Map.of("p.jsonl", "{}"), 1, 4)),
                new Command.Inspect("r1"),
                new Command.Smoke("r1", FACTS),
                new Command.PrepareLeg("r1", 0, FACTS),
                new Command.StartLeg("r1", 0, 1_700_000_000_000_000L),
                new Command.EndLeg("r1", 0, 1_700_000_000_500_000L),
                new Command.StopLeg("r1", 0, "a limit is surely broken"),
                new Command.Abort("r1", "interrupted"),
                new Command.Release("r1"));
        for (Command command : commands) {
            assertEquals(command, ProtocolCodec.decode(ProtocolCodec.encode(command), Command.class));
        }
    }

    @Test
    void answersAndReportsComeBackUnchanged() throws Exception {
        Answer answer = new Answer.Smoked(new SmokeResult(
                false,
                "chat: 500",
                List.of(new SmokeResult.Attempt("chat", false, 500, 12.5, "Internal Server Error", "{}", "oops"))));
        Report report = new Report.Event(
                "r1", new AgentEvent("a1", 5, "error", "connection refused", Map.of("class", "connect")));

        assertEquals(answer, ProtocolCodec.decode(ProtocolCodec.encode(answer), Answer.class));
        assertEquals(report, ProtocolCodec.decode(ProtocolCodec.encode(report), Report.class));
        assertEquals(
                new Answer.Inspected(FACTS),
                ProtocolCodec.decode(ProtocolCodec.encode(new Answer.Inspected(FACTS)), Answer.class));
    }

    @Test
    void aLookAndItsFactsComeThroughWhole() throws ProtocolException {
        Command look = new Command.Look(
                new LookRequest(Optional.of("/models/llama"), Optional.empty(), true, List.of("10.0.0.1:8000")));
        Answer looked = new Answer.Looked(new MachineFacts(
                "gpu-0",
                Map.of(
                        MachineFact.DRIVER, Fact.of("550.54.15"),
                        MachineFact.CUDA, Fact.absent("nvidia-smi says N/A")),
                List.of(Map.of(GpuFact.PCIE_WIDTH, Fact.of(16)))));

        assertEquals(look, ProtocolCodec.decode(ProtocolCodec.encode(look), Command.class));
        assertEquals(looked, ProtocolCodec.decode(ProtocolCodec.encode(looked), Answer.class));
        Command pages = new Command.LookAtPages(new PagesRequest(
                "gpu-0",
                Optional.of("/models/llama"),
                List.of(new PagesRequest.Page(PagesRequest.Exporter.DCGM, "http://gpu-0:9400/metrics"))));
        assertEquals(pages, ProtocolCodec.decode(ProtocolCodec.encode(pages), Command.class));
    }

    @Test
    void messageOfAnotherVersionIsRefusedWithBothVersions() {
        byte[] newer = ("{\"v\":" + (ProtocolCodec.VERSION + 1) + ",\"type\":\"ping\",\"sequence\":1}").getBytes(UTF_8);

        ProtocolException e = assertThrows(ProtocolException.class, () -> ProtocolCodec.decode(newer, Command.class));

        assertTrue(
                e.getMessage().contains("version " + (ProtocolCodec.VERSION + 1))
                        && e.getMessage().contains("version " + ProtocolCodec.VERSION),
                e.getMessage());
    }

    @Test
    void garbageIsRefused() {
        for (String text : List.of("", "{", "[]", "{\"v\":3}", "{\"v\":3,\"type\":\"dance\"}", "\u0000\u0001")) {
            assertThrows(
                    ProtocolException.class, () -> ProtocolCodec.decode(text.getBytes(UTF_8), Command.class), text);
        }
    }

    @Test
    void planDoesNotPrintTheScenarioWithItsSecrets() {
        Plan plan = new Plan("r1", "Bearer s3cret", Map.of(), 0, 1);

        assertFalse(new Command.Adopt(plan).toString().contains("s3cret"));
    }
}
