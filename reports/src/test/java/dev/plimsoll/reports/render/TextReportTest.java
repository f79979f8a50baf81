package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class TextReportTest {
    private static final ReportData ROLLBACK = TestingReports.rollback();

    @Test
    void verdictComesFirstAndBundleLast() {
        List<String> lines = TextReport.render(ROLLBACK, false, 100).lines().toList();
        assertEquals("✗ ROLLBACK  chat-release-gate  exit code 1", lines.getFirst());
        assertEquals("  ttft.p99 1,912 ms, limit < 500 ms", lines.get(1));
        assertEquals("bundle     runs/" + TestingReports.RUN, lines.getLast());
    }

    @Test
    void checksAreAlignedUnderTheirHeads() {
        List<String> lines = TextReport.render(ROLLBACK, false, 120).lines().toList();
        String head = line(lines, "checks ");
        String fail = line(lines, "✗ fail");
        String pass = line(lines, "✓ pass");
        int end = head.indexOf("measured") + "measured".length();
        assertEquals("1.91 s", fail.substring(end - 6, end));
        assertEquals("2.73 s", pass.substring(end - 6, end));
        assertTrue(fail.contains("1.81 s … 2.04 s"), fail);
        assertEquals("    The whole interval lies above the limit.", lines.get(lines.indexOf(fail) + 1));
    }

    @Test
    void figuresOfTokensAreThere() {
        String text = TextReport.render(ROLLBACK, false, 100);
        for (String word : List.of("ttft", "itl", "tpot", "latency", "tokens/s", "p99", "offered/s", "http_5xx")) {
            assertTrue(text.contains(word), word);
        }
        assertTrue(text.contains("warm-up, 10 s, not measured"));
        assertTrue(text.contains("generator  fit to measure"));
        assertTrue(text.contains("gpu-0      cpu.utilization"));
    }

    @Test
    void withoutColourThereIsNoEscapeSequence() {
        assertFalse(TextReport.render(ROLLBACK, false, 100).contains("\u001b"));
    }

    @Test
    void colourAddsOnlyEscapeSequences() {
        String coloured = TextReport.render(ROLLBACK, true, 100);
        assertTrue(coloured.contains("\u001b[31m✗ ROLLBACK\u001b[0m"));
        assertEquals(TextReport.render(ROLLBACK, false, 100), coloured.replaceAll("\u001b\\[[0-9]+m", ""));
    }

    @Property(tries = 60)
    void noLineIsWiderThanTheTerminalUnlessAWordIs(@ForAll @IntRange(min = 60, max = 200) int width) {
        for (String line : TextReport.render(ROLLBACK, false, width).lines().toList()) {
            boolean word = line.strip().indexOf(' ') < 0 || line.contains("</script>");
            assertTrue(line.length() <= width || word, width + ": " + line);
        }
    }

    @Test
    void runWithoutAGateHasNoVerdict() {
        String text = TextReport.render(TestingReports.shortRun(), false, 100);
        assertTrue(text.startsWith("✓ FINISHED  chat-release-gate\n"), text);
        assertFalse(text.contains("exit code"));
        assertFalse(text.contains("checks"));
    }

    @Test
    void runWithoutLoadSaysSo() {
        String text = TextReport.render(TestingReports.empty(), false, 100);
        assertTrue(text.contains("No request was scheduled."));
        assertTrue(text.contains("smoke test: connection refused"));
    }

    @Test
    void narrowTableDropsTheLeastImportantColumnFirst() {
        Columns table =
                new Columns().column("a", false, 0).column("bb", true, 1).column("ccc", true, 2);
        table.row("x", "1", "2");
        assertEquals(List.of("a  bb  ccc", "x   1    2"), table.lines(10, 0));
        assertEquals(List.of("a  bb", "x   1"), table.lines(9, 0));
        assertEquals(List.of(" a", " x"), table.lines(4, 1));
    }

    private static String line(List<String> lines, String start) {
        return lines.stream().filter(l -> l.startsWith(start)).findFirst().orElseThrow(() -> new AssertionError(start));
    }

    @Test
    void tellsWhatMoved() {
        String text = TextReport.render(ROLLBACK, false, 100);
        assertTrue(text.contains("what moved\n     60 s  From 35 s on vllm.requests.waiting grew from 0 to 40"), text);
    }
}
