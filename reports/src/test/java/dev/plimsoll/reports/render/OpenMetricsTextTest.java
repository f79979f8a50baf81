package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.verdict.Verdict;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class OpenMetricsTextTest {
    private static final ReportData ROLLBACK = TestingReports.rollback();
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{" + LABEL + "(?:," + LABEL
            + ")*})? ([-+]?[0-9.]+(?:E-?[0-9]+)?|NaN|[-+]Inf)");
    private static final Pattern META = Pattern.compile("# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");

    private static String text() {
        return OpenMetricsText.render(ROLLBACK.info(), ROLLBACK.summary(), ROLLBACK.verdict());
    }

    @Test
    void followsTheGrammar() {
        List<String> lines = text().lines().toList();
        assertEquals("# EOF", lines.getLast());
        Set<String> families = new HashSet<>();
        Set<String> samples = new HashSet<>();
        String family = "";
        for (String line : lines.subList(0, lines.size() - 1)) {
            Matcher meta = META.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            assertTrue(meta.matches() || sample.matches(), line);
            if (meta.matches() && meta.group(1).equals("TYPE")) {
                family = meta.group(2);
                assertTrue(families.add(family), "the lines of a family stand together: " + line);
            } else if (meta.matches()) {
                assertEquals(family, meta.group(2), line);
                assertTrue(!meta.group(1).equals("UNIT") || family.endsWith("_" + meta.group(3)), line);
            } else {
                assertEquals(family, sample.group(1), line);
                assertTrue(samples.add(line.substring(0, line.lastIndexOf(' '))), "twice: " + line);
            }
        }
    }

    @Test
    void valuesAreInBaseUnits() {
        double millis = ROLLBACK.summary()
                .phases()
                .getLast()
                .requests()
                .getFirst()
                .figures()
                .metrics()
                .get("ttft")
                .statistics()
                .get("p95");
        String phase = ROLLBACK.summary().phases().getLast().name();
        String request =
                ROLLBACK.summary().phases().getLast().requests().getFirst().name();
        String wanted = "plimsoll_ttft_seconds{phase=\"" + phase + "\",request=\"" + request + "\",statistic=\"p95\"} "
                + millis / 1000;
        assertTrue(text().lines().anyMatch(wanted::equals), () -> wanted + " is not in\n" + text());
        assertTrue(text().contains("# UNIT plimsoll_ttft_seconds seconds\n"), text());
    }

    @Test
    void theVerdictIsAStateSet() {
        List<String> verdict = text().lines()
                .filter(line -> line.startsWith("plimsoll_verdict{"))
                .toList();
        assertEquals(
                List.of(
                        "plimsoll_verdict{plimsoll_verdict=\"PROMOTE\",scenario=\"chat-release-gate\"} 0.0",
                        "plimsoll_verdict{plimsoll_verdict=\"ROLLBACK\",scenario=\"chat-release-gate\"} 1.0",
                        "plimsoll_verdict{plimsoll_verdict=\"INCONCLUSIVE\",scenario=\"chat-release-gate\"} 0.0"),
                verdict);
    }

    @Test
    void whatIsAbsentHasNoLine() {
        Verdict.Check none = new Verdict.Check(
                "gpu.power.max < 300W",
                Verdict.Kind.THRESHOLD,
                Verdict.CheckOutcome.NO_DATA,
                Optional.empty(),
                "W",
                Optional.of(300.0),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                "no data");
        ReportData empty = TestingReports.empty();
        String text = OpenMetricsText.render(
                empty.info(),
                empty.summary(),
                Optional.of(new Verdict(
                        1, TestingReports.RUN, Verdict.Outcome.INCONCLUSIVE, List.of("no data"), List.of(none))));
        assertTrue(text.contains("plimsoll_check_passed{check=\"gpu.power.max < 300W\",kind=\"threshold\"} 0.0"), text);
        assertFalse(text.contains("plimsoll_check_measured"), text);
    }

    @Test
    void labelsAreEscaped() {
        Verdict.Check odd = TestingReports.check("a\"b\\c\nd", Verdict.Kind.THRESHOLD, Verdict.CheckOutcome.PASS, "");
        String text = OpenMetricsText.render(
                ROLLBACK.info(),
                ROLLBACK.summary(),
                Optional.of(new Verdict(1, TestingReports.RUN, Verdict.Outcome.PROMOTE, List.of(), List.of(odd))));
        assertTrue(text.contains("plimsoll_check_passed{check=\"a\\\"b\\\\c\\nd\",kind=\"threshold\"} 1.0"), text);
    }

    @Test
    void labelsStayTheSameFromRunToRun() {
        assertFalse(text().contains(TestingReports.RUN), "GitLab compares lines by their labels");
    }
}
