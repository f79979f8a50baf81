package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;

final class HtmlReportTest {
    private static final String ROLLBACK = HtmlReport.render(TestingReports.rollback());
    private static final Document DOCUMENT = TestingXml.parse(ROLLBACK);

    @Test
    void sectionsComeInTheOrderInWhichAReviewerAsks() {
        List<String> heads = TestingXml.elements(DOCUMENT, "h2").stream()
                .map(Element::getTextContent)
                .toList();
        assertEquals(
                List.of(
                        "Checks",
                        "Why it stopped when it did",
                        "Errors",
                        "Figures by phase and request",
                        "What moved",
                        "Charts",
                        "Nodes, over the measured phases",
                        "Events",
                        "How this was measured",
                        "Scenario"),
                heads);
    }

    @Test
    void headerSaysVerdictReasonAndExitCodeInWords() {
        assertEquals("✗ ROLLBACK chat-release-gate – Plimsoll " + TestingReports.RUN, text("title", 0));
        assertEquals("✗ ROLLBACK chat-release-gate", text("h1", 0));
        String header = text("header", 0);
        for (String fact : List.of(
                "ttft.p99 1,912 ms, limit < 500 ms",
                "exit code1",
                TestingReports.RUN,
                "http://127.0.0.1:8000",
                "0.32.0",
                "fit to measure",
                "2 agents, 1 LOST",
                "the engine was full")) {
            assertTrue(header.contains(fact), fact + " in " + header);
        }
    }

    @Test
    void everyCheckHasSignWordAndNumbers() {
        Element table = TestingXml.elements(section("Checks"), "tbody").getFirst();
        List<List<String>> rows = rows(table);
        assertEquals(
                List.of(
                        "✗ fail",
                        "ttft.p99 < 500ms",
                        "threshold",
                        "1.91 s",
                        "500 ms",
                        "1.81 s … 2.04 s (95 %)",
                        "980",
                        "The whole interval lies above the limit."),
                rows.getFirst());
        assertEquals(
                List.of("✗ fail", "✓ pass", "? undecided", "– no data", "✓ pass"),
                rows.stream().map(List::getFirst).toList());
        assertEquals("0.12 %", rows.get(2).get(3), "a ratio is printed as a percentage");
    }

    @Test
    void whyTheLoadEndedIsASentenceAndATableOfWhenEachCheckWasDecided() {
        Element section = section("Why it stopped when it did");
        assertEquals(
                "the load ended after 42 s of steady: ttft.p99 < 500ms was surely broken",
                TestingXml.elements(section, "p").getFirst().getTextContent());
        assertEquals(
                "planned 50 s, at most 10:00; the gate looked 84 times.",
                TestingXml.elements(section, "p").get(1).getTextContent());
        List<List<String>> rows = rows(TestingXml.elements(section, "tbody").getFirst());
        assertEquals(
                List.of("ttft.p99 < 500ms", "fail at look 84, 42 s", "1.91 s", "1.81 s … 2.04 s"), rows.getFirst());
        assertEquals("undecided at the end", rows.get(2).get(1));
        assertEquals(5, rows.size());
    }

    @Test
    void whatMovedIsATableAndAMark() {
        Element table = TestingXml.elements(section("What moved"), "tbody").getFirst();
        List<List<String>> rows = rows(table);
        assertEquals(1, rows.size());
        assertEquals("60 s", rows.getFirst().getFirst().replace('\u00a0', ' '));
        assertTrue(rows.getFirst().getLast().contains("the engine was full"), rows.toString());
        Element events = TestingXml.elements(section("Events"), "tbody").getFirst();
        List<String> marked = rows(events).stream()
                .filter(row -> row.get(2).equals("attribution"))
                .map(List::getFirst)
                .toList();
        assertEquals(1, marked.size());
        assertTrue(marked.getFirst().startsWith("▼"), marked.toString());
    }

    @Test
    void errorsNameClassCountShareAndExample() {
        List<List<String>> rows =
                rows(TestingXml.elements(section("Errors"), "tbody").getFirst());
        ReportData data = TestingReports.rollback();
        long failed = data.summary().all().counts().failed();
        assertEquals(
                failed, rows.stream().mapToLong(r -> Long.parseLong(r.get(1))).sum());
        assertEquals("http_5xx", rows.getFirst().getFirst());
        assertTrue(rows.getFirst().getLast().startsWith("503 Service Unavailable: </script>"));
    }

    @Test
    void percentileOfTooFewValuesIsBlankAndSaysWhy() {
        List<Element> blanks = TestingXml.elements(section("Figures by phase and request"), "td").stream()
                .filter(td -> td.getAttribute("title").startsWith("too few values"))
                .toList();
        assertFalse(blanks.isEmpty());
        blanks.forEach(td -> assertEquals("", td.getTextContent()));
        assertTrue(
                blanks.stream().anyMatch(td -> td.getAttribute("title").equals("too few values: p99.9 needs 2,995")));
    }

    @Test
    void warmUpIsApart() {
        Element details = TestingXml.elements(section("Figures by phase and request"), "details")
                .getFirst();
        assertTrue(details.getTextContent().contains("warm-up"));
        Element first = TestingXml.elements(section("Figures by phase and request"), "tbody")
                .getFirst();
        assertFalse(first.getTextContent().contains("warm-up"));
    }

    @Test
    void everyChartHasATitleAFindingAndAnAxis() {
        List<String> titles = new ArrayList<>();
        for (Element figure : TestingXml.elements(DOCUMENT, "figure")) {
            titles.add(TestingXml.elements(figure, "h3").getFirst().getTextContent());
            Element svg = TestingXml.elements(figure, "svg").getFirst();
            assertEquals("img", svg.getAttribute("role"));
            assertTrue(svg.getAttribute("aria-label").length() > 40, svg.getAttribute("aria-label"));
            assertTrue(TestingXml.elements(svg, "text").size() > 5, "labels");
        }
        assertEquals(
                List.of(
                        "Latency over time",
                        "Latency heatmap",
                        "Time to first token over time",
                        "Inter-token latency over time",
                        "Requests per second over time",
                        "Output tokens per second over time",
                        "Requests in flight over time",
                        "Percentile spectrum of latency",
                        "Percentile spectrum of latency by phase and request",
                        "Percentile spectrum of time to first token",
                        "Percentile spectrum of inter-token latency",
                        "Node gateway",
                        "Node gpu-0",
                        "Load generator, the worst of all agents"),
                titles);
    }

    @Test
    void linesDifferInMoreThanColour() {
        for (Element figure : TestingXml.elements(DOCUMENT, "figure")) {
            List<String> looks = TestingXml.elements(figure, "path").stream()
                    .filter(path -> path.getAttribute("class").matches("s[1-4]"))
                    .map(path -> path.getAttribute("stroke") + " " + path.getAttribute("stroke-dasharray"))
                    .distinct()
                    .toList();
            Set<String> dashes = Set.copyOf(looks.stream()
                    .map(look -> look.substring(look.indexOf(' ')))
                    .toList());
            assertEquals(looks.size(), dashes.size(), looks.toString());
        }
    }

    @Test
    void drawingsStayInsideTheirImages() {
        Pattern place = Pattern.compile("[ML](-?[0-9.]+) (-?[0-9.]+)");
        for (Element svg : TestingXml.elements(DOCUMENT, "svg")) {
            double width = Double.parseDouble(svg.getAttribute("width"));
            double height = Double.parseDouble(svg.getAttribute("height"));
            for (Element path : TestingXml.elements(svg, "path")) {
                place.matcher(path.getAttribute("d")).results().forEach(at -> {
                    double x = Double.parseDouble(at.group(1));
                    double y = Double.parseDouble(at.group(2));
                    assertTrue(
                            x >= 0 && x <= width && y >= 0 && y <= height, at.group() + " in " + width + "x" + height);
                });
            }
            assertFalse(svg.getTextContent().contains("NaN"), "no number is NaN");
        }
        assertFalse(ROLLBACK.contains("NaN"));
        assertFalse(ROLLBACK.contains("Infinity"));
    }

    @Test
    void thresholdsAreDrawnInTheChartsOfTheirMetrics() {
        List<String> limits = TestingXml.elements(DOCUMENT, "text").stream()
                .filter(text -> text.getAttribute("class").equals("limit"))
                .map(Element::getTextContent)
                .toList();
        /* Over time and in two spectra; the TTFT's over time and in one. */
        assertEquals(
                3, limits.stream().filter(l -> l.equals("latency.p99 < 5s")).count(), limits.toString());
        assertEquals(
                2, limits.stream().filter(l -> l.equals("ttft.p99 < 500ms")).count(), limits.toString());
    }

    @Test
    void definitionsOfShownMetricsArePrinted() {
        String method = section("How this was measured").getTextContent();
        for (String name : List.of("latency", "ttft", "itl", "tpot", "goodput", "vllm.kv_cache.usage")) {
            assertTrue(method.contains(Metrics.find(name).orElseThrow().definition()), name);
        }
        assertTrue(method.contains("open loop, 20/s, Poisson arrivals, at most 512 in flight"), method);
    }

    @Test
    void nothingIsAskedForOutsideTheFile() {
        for (Element element : TestingXml.elements(DOCUMENT, "*")) {
            NamedNodeMap attributes = element.getAttributes();
            for (int i = 0; i < attributes.getLength(); i++) {
                String name = attributes.item(i).getNodeName();
                String value = attributes.item(i).getNodeValue();
                assertFalse(name.startsWith("on"), "handlers run code: " + name);
                if (Set.of("src", "href", "srcset", "action", "data", "poster", "xlink:href")
                        .contains(name)) {
                    assertEquals("data:,", value, element.getTagName() + " " + name);
                }
                assertFalse(name.equals("style"), "a policy may forbid style attributes");
                if (!Set.of("aria-label", "title").contains(name)) {
                    assertFalse(value.contains("url("), value);
                }
            }
        }
        for (String tag : List.of("style", "script")) {
            assertEquals(1, TestingXml.elements(DOCUMENT, tag).size(), tag);
            String code = TestingXml.elements(DOCUMENT, tag)
                    .getFirst()
                    .getTextContent()
                    .replace("http://www.w3.org/2000/svg", "");
            assertFalse(
                    Pattern.compile("https?:|//[a-z]|@import|url\\(|fetch\\(|XMLHttpRequest")
                            .matcher(code)
                            .find(),
                    tag);
        }
        for (String tag : List.of("img", "iframe", "object", "embed", "base", "form", "a")) {
            assertEquals(0, TestingXml.elements(DOCUMENT, tag).size(), tag);
        }
    }

    @Test
    void whatAServerSaidIsTextAndNothingElse() {
        assertFalse(ROLLBACK.contains("<script>alert"));
        assertFalse(ROLLBACK.contains("<img"));
        assertEquals(1, ROLLBACK.split("</script>", -1).length - 1, "only the page's own script ends");
        assertTrue(DOCUMENT.getDocumentElement()
                .getTextContent()
                .contains("</script><script>alert(1)</script><img src=x"));
    }

    @Test
    void runWithoutLoadIsAPageWithoutCharts() {
        String page = HtmlReport.render(TestingReports.empty());
        Document document = TestingXml.parse(page);
        String text = document.getDocumentElement().getTextContent();
        assertTrue(text.contains("No load was sent, so there is nothing to draw."));
        assertTrue(text.contains("No request was scheduled."));
        assertTrue(text.contains("connection refused by 127.0.0.1:8000"));
        assertTrue(text.contains("nothing was measured of it"), "a generator that was not used is not called fit");
        assertEquals(List.of(), TestingXml.elements(document, "figure"));
    }

    @Test
    void runOfThreeSecondsHasCharts() {
        Document document = TestingXml.parse(HtmlReport.render(TestingReports.shortRun()));
        assertTrue(TestingXml.elements(document, "figure").size() >= 10);
        assertTrue(
                TestingXml.elements(document, "h1").getFirst().getTextContent().startsWith("✓ FINISHED"));
        assertTrue(document.getDocumentElement().getTextContent().contains("A run without a gate"));
    }

    @Test
    void hourAtOneSecondStaysBelowTwoMegabytesAndSaysWhatWasCut() {
        String page = HtmlReport.render(TestingReports.hour());
        assertTrue(page.getBytes(StandardCharsets.UTF_8).length < 2_000_000, page.length() + " characters");
        String text = TestingXml.parse(page).getDocumentElement().getTextContent();
        assertTrue(text.contains("Charts over time show columns of 16 s, each made of 16 intervals"));
        assertTrue(text.contains("400 further events are in events.ndjson."));
    }

    private static Element section(String title) {
        for (Element section : TestingXml.elements(DOCUMENT, "section")) {
            if (TestingXml.elements(section, "h2").getFirst().getTextContent().equals(title)) {
                return section;
            }
        }
        throw new AssertionError("no section " + title);
    }

    private static String text(String tag, int index) {
        return TestingXml.elements(DOCUMENT, tag).get(index).getTextContent();
    }

    private static List<List<String>> rows(Element body) {
        List<List<String>> rows = new ArrayList<>();
        for (Element row : TestingXml.elements(body, "tr")) {
            rows.add(TestingXml.elements(row, "td").stream()
                    .map(td -> td.getTextContent().replace('\u00a0', ' '))
                    .toList());
        }
        return rows;
    }
}
