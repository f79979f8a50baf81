package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import dev.plimsoll.reports.verdict.ComparedRun;
import dev.plimsoll.reports.verdict.Comparison;
import dev.plimsoll.reports.verdict.RunComparison;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import dev.plimsoll.scenarios.ComparisonReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ComparisonRenderTest {
    private static final List<ComparedRun> BEFORE = List.of(compared("before <&>", "1", 100));
    private static final List<ComparedRun> AFTER = List.of(compared("after\u001b[31m", "1", 150));
    private static final Comparison SLOWER = RunComparison.compare(BEFORE, AFTER, Set.of(), 0.95);
    private static final Comparison BROKEN = SLOWER.with(RunComparison.judge(
            List.of(ComparisonReader.read("latency.mean <= +10%", Set.of("chat"), Set.of(), Set.of("steady"))),
            BEFORE,
            AFTER.getFirst(),
            0.95));

    /* 40 s of 20 requests, uniform over 20 ms around the mean. */
    private static ComparedRun compared(String name, String version, double millis) {
        RunResults results = new RunResults(name, List.of(TestingLoad.steady("steady", 40)));
        results.legStarts(0, 0);
        Random random = new Random(3);
        for (int second = 0; second < 40; second++) {
            double[] values = new double[20];
            Arrays.setAll(values, i -> millis - 10 + 20 * random.nextDouble());
            results.add(TestingLoad.second(second, TestingLoad.succeeded("steady", "chat", values)));
        }
        return new ComparedRun(
                name,
                "a tool",
                Circumstances.of("h", "m", version, Map.of(), results, List.of()),
                Optional.of(results),
                Set.of(),
                Map.of(),
                Map.of("latency", "it ends elsewhere"),
                List.of("it was cut short"));
    }

    /** The page of a release that is slower. */
    static String page() {
        return ComparisonHtml.render(BROKEN, BEFORE, AFTER);
    }

    @Test
    void textHasALineForEachRowAndNothingThatSteersATerminal() {
        String text = ComparisonText.render(SLOWER, false, 120);
        assertTrue(text.startsWith("4 slower of 10\n"), text);
        assertTrue(
                text.matches("(?s).*\nlatency\\.p99 +1\\d\\d ms +1\\d\\d ms +\\+4\\d\\.\\d %.* 800 / 800  slower\n.*"),
                text);
        assertTrue(text.contains("before <&>: it was cut short."), text);
        assertFalse(text.contains("\u001b"), text);
        assertTrue(ComparisonText.render(SLOWER, true, 120).contains("\u001b[31m"), "red where colours are wanted");
    }

    @Test
    void textNeverRunsBeyondItsWidth() {
        for (String line : ComparisonText.render(SLOWER, false, 70).split("\n", -1)) {
            assertTrue(line.length() <= 70, line);
        }
    }

    @Test
    void textSaysFirstThatRunsCannotBeCompared() {
        Comparison other = RunComparison.compare(BEFORE, List.of(compared("b", "2", 100)), Set.of(), 0.95);
        String text = ComparisonText.render(other, false, 120);
        assertTrue(text.startsWith("not comparable\n"), text);
        assertTrue(text.contains("  differs vLLM version 1, now 2; if that is what the release changes"), text);
    }

    @Test
    void pageIsWellFormedAndDrawsBothSpectra() {
        Document document = TestingXml.parse(page());
        List<String> heads = TestingXml.elements(document, "h2").stream()
                .map(Element::getTextContent)
                .toList();
        assertEquals(List.of("Changes", "Limits", "Percentile spectra", "How to read this"), heads);
        Element header = TestingXml.elements(document, "header").getFirst();
        assertEquals("bad", header.getAttribute("class"), "a limit is surely broken");
        assertTrue(header.getTextContent().contains("✗ fail: latency.mean <= +10%"), header.getTextContent());
        assertEquals(
                SLOWER.rows().size(),
                TestingXml.elements(TestingXml.elements(document, "tbody").getFirst(), "tr")
                        .size());
        Element chart = TestingXml.elements(document, "figure").getFirst();
        assertTrue(chart.getTextContent().contains("before before <&>: p50"), chart.getTextContent());
        assertEquals(0, TestingXml.elements(document, "script").size());
    }
}
