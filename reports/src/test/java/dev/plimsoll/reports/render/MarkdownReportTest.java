package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MarkdownReportTest {
    private static final ReportData ROLLBACK = TestingReports.rollback();

    @Test
    void verdictReasonChecksAndFiguresAreThere() {
        List<String> lines = render(ROLLBACK.verdict()).lines().toList();
        assertEquals("## ✗ ROLLBACK: chat-release-gate", lines.getFirst());
        assertTrue(lines.contains("- ttft.p99 1,912 ms, limit &lt; 500 ms"), lines.toString());
        assertTrue(
                lines.contains("| ✗ fail | ttft.p99 &lt; 500ms | 1.91 s | 500 ms | 1.81 s … 2.04 s | 980 |"),
                lines.toString());
        assertTrue(lines.stream().anyMatch(l -> l.startsWith("| ttft | ")), lines.toString());
        assertTrue(
                lines.stream().anyMatch(l -> l.startsWith("Errors, warm-up included: http\\_5xx 8")), lines.toString());
    }

    @Test
    void tablesHaveTheirColumnsWhateverAServerSays() {
        String text = render(ROLLBACK.verdict());
        assertFalse(text.contains("<script"));
        assertFalse(text.contains("<img"));
        assertFalse(text.contains(" @all"), "nobody is mentioned");
        int columns = 0;
        for (String line : text.lines().toList()) {
            boolean table = line.startsWith("|");
            int bars =
                    (int) line.replace("\\|", "").chars().filter(c -> c == '|').count();
            assertTrue(!table || columns == 0 || bars == columns, line);
            columns = table ? bars : 0;
        }
    }

    @Test
    void neverMoreThanSixtyLines() {
        List<Verdict.Check> many = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Verdict.CheckOutcome outcome = i == 199 ? Verdict.CheckOutcome.FAIL : Verdict.CheckOutcome.PASS;
            many.add(TestingReports.check("latency.p99 in p" + i + " < 1s", Verdict.Kind.THRESHOLD, outcome, ""));
            reasons.add("reason " + i);
        }
        Verdict verdict = new Verdict(1, TestingReports.RUN, Verdict.Outcome.ROLLBACK, reasons, many);
        String text = render(Optional.of(verdict));
        assertTrue(
                text.lines().count() <= MarkdownReport.MAX_LINES, text.lines().count() + " lines");
        assertTrue(text.contains("p199"), "the failed check is shown, however many passed before it");
        assertTrue(text.contains("… and 176 more checks in verdict.json"), text);
    }

    @Test
    void fitsACommentWhateverTheScenarioSays() {
        List<Verdict.Check> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            // Each character becomes five: 24 rows of 240 such characters and more are beyond 65,536.
            many.add(TestingReports.check(i + "&".repeat(2000), Verdict.Kind.THRESHOLD, Verdict.CheckOutcome.FAIL, ""));
        }
        List<String> reasons = List.of("&".repeat(50_000), "<".repeat(50_000), "@".repeat(50_000));
        Verdict verdict = new Verdict(1, "&".repeat(20_000), Verdict.Outcome.ROLLBACK, reasons, many);
        String text = render(Optional.of(verdict));
        assertTrue(text.length() <= MarkdownReport.MAX_CHARACTERS, text.length() + " characters");
        assertTrue(text.startsWith("## ✗ ROLLBACK: chat-release-gate\n"), text.substring(0, 60));
    }

    @Test
    void runWithoutLoadHasNoFigures() {
        ReportData empty = TestingReports.empty();
        String text = MarkdownReport.render(empty.info(), empty.summary(), empty.verdict(), "");
        assertTrue(text.contains("No request of a measured phase succeeded."));
    }

    private static String render(Optional<Verdict> verdict) {
        return MarkdownReport.render(ROLLBACK.info(), ROLLBACK.summary(), verdict, ROLLBACK.place());
    }
}
