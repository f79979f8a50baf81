package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.coldstart.ColdStart;
import dev.plimsoll.reports.coldstart.ColdStartReport;
import dev.plimsoll.reports.coldstart.StartPhase;
import dev.plimsoll.reports.preflight.Check;
import dev.plimsoll.reports.preflight.Outcome;
import dev.plimsoll.reports.preflight.PreflightReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PreflightTextTest {
    private static final PreflightReport REPORT = new PreflightReport(List.of(
            new Check("memory.swap", "gpu-0", Outcome.OK, "no swap", "none in use", "why", "repair"),
            new Check(
                    "gpu.driver",
                    "gpu-0",
                    Outcome.FAIL,
                    "535.54.03\u001b[2J",
                    "at least 550.54.15",
                    "Drivers differ.",
                    "Install one."),
            new Check("cpu.governor", "gpu-0", Outcome.UNKNOWN, "not known: none", "performance", "why", "repair")));

    @Test
    void whatIsWrongComesFirstWithItsReasonAndRepair() {
        assertEquals("""
            fail      gpu.driver on gpu-0: 535.54.03\uFFFD[2J; wanted: at least 550.54.15
                      Drivers differ.
                      Repair: Install one.
            unknown   cpu.governor on gpu-0: not known: none
            ok        memory.swap on gpu-0: no swap
            1 fail, 1 unknown, 1 ok
            """, PreflightText.render(REPORT, false, 100));
    }

    @Test
    void colourIsOnlyWhereItIsWanted() {
        assertTrue(PreflightText.render(REPORT, true, 100).contains("\u001b[31mfail"));
        assertFalse(PreflightText.render(REPORT, false, 100).contains("\u001b"));
    }

    @Test
    void jsonHasTheChecksAndNothingElse() {
        String json =
                BundleJson.line(new PreflightReport(List.of(REPORT.checks().getFirst())));
        assertEquals(
                "{\"checks\":[{\"id\":\"memory.swap\",\"node\":\"gpu-0\",\"outcome\":\"ok\",\"found\":\"no swap\","
                        + "\"wanted\":\"none in use\",\"why\":\"why\",\"repair\":\"repair\"}]}",
                json);
    }

    @Test
    void coldStartsAreATable() {
        ColdStartReport report = ColdStartReport.of(
                "vllm serve /models/llama",
                "dropped",
                List.of(
                        new ColdStart(Map.of(StartPhase.HEALTH, 42.5, StartPhase.ENGINE, 20.25)),
                        new ColdStart(Map.of(StartPhase.HEALTH, 40.5))),
                List.of("no first token: a first request was answered with status 404"));
        assertEquals("""
            vllm serve /models/llama
            page cache: dropped

                                                     median        min        max  starts
            until /health answers 200                41.5 s     40.5 s     42.5 s       2
            engine: profile, KV cache, warm-up       20.3 s     20.3 s     20.3 s       1

            no first token: a first request was answered with status 404
            """, ColdStartText.render(report));
        assertTrue(
                BundleJson.line(report).contains("{\"phase\":\"health\",\"count\":2,\"median_s\":41.5,"),
                BundleJson.line(report));
        assertTrue(
                BundleJson.line(report).contains("\"starts\":[{\"seconds\":{\"health\":42.5,\"engine\":20.25}}"),
                BundleJson.line(report));
    }
}
