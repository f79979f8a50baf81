package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

final class JunitXmlTest {
    private static final RunInfo INFO =
            TestingReports.info(RunInfo.Status.FINISHED, Optional.of(TestingReports.LOAD_STARTED));

    @Test
    void fileHasTheShapeThatCiSystemsRead() throws Exception {
        for (Verdict.Outcome outcome : Verdict.Outcome.values()) {
            String xml = JunitXml.render(INFO, with(outcome));
            SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                    .newSchema(new StreamSource(JunitXmlTest.class.getResourceAsStream("junit.xsd")))
                    .newValidator()
                    .validate(new StreamSource(new StringReader(xml)));
        }
    }

    @Test
    void checksAreTestCases() {
        Document document = TestingXml.parse(JunitXml.render(INFO, TestingReports.verdict()));
        List<Element> cases = TestingXml.elements(document, "testcase");
        assertEquals(6, cases.size());
        assertEquals("verdict", cases.getFirst().getAttribute("name"));
        Element ttft = cases.get(1);
        assertEquals("ttft.p99 < 500ms", ttft.getAttribute("name"));
        assertEquals("plimsoll.chat-release-gate.threshold", ttft.getAttribute("classname"));
        Element failure = TestingXml.elements(ttft, "failure").getFirst();
        assertEquals("fail: ttft.p99 < 500ms, measured 1.91 s (1.81 s … 2.04 s)", failure.getAttribute("message"));
        List<String> properties = TestingXml.elements(ttft, "property").stream()
                .map(p -> p.getAttribute("name") + "=" + p.getAttribute("value"))
                .toList();
        assertTrue(
                properties.containsAll(List.of("measured=1912.0", "limit=500.0", "samples=980", "unit=ms")),
                properties.toString());
    }

    @Test
    void countsMatchTheElements() {
        for (Verdict.Outcome outcome : Verdict.Outcome.values()) {
            Document document = TestingXml.parse(JunitXml.render(INFO, with(outcome)));
            Element suite = TestingXml.elements(document, "testsuite").getFirst();
            for (String[] pair :
                    new String[][] {{"failures", "failure"}, {"errors", "error"}, {"skipped", "skipped"}}) {
                int elements = TestingXml.elements(document, pair[1]).size();
                assertEquals(elements, Integer.parseInt(suite.getAttribute(pair[0])), outcome + " " + pair[0]);
            }
        }
    }

    @Test
    void undecidedIsAnErrorOnlyWhereTheVerdictTurnsOnIt() {
        assertEquals(List.of("1", "3"), failuresAndErrors(Verdict.Outcome.INCONCLUSIVE));
        assertEquals(List.of("2", "0"), failuresAndErrors(Verdict.Outcome.ROLLBACK));
        assertEquals(List.of("1", "0"), failuresAndErrors(Verdict.Outcome.PROMOTE));
    }

    @Test
    void inconclusiveWithoutAnyCheckIsStillAnError() {
        Verdict verdict = new Verdict(1, "r", Verdict.Outcome.INCONCLUSIVE, List.of("agent a2 was lost"), List.of());
        Document document = TestingXml.parse(JunitXml.render(INFO, verdict));
        assertEquals(
                "agent a2 was lost",
                TestingXml.elements(document, "error").getFirst().getAttribute("message"));
    }

    private static List<String> failuresAndErrors(Verdict.Outcome outcome) {
        Document document = TestingXml.parse(JunitXml.render(INFO, with(outcome)));
        Element suite = TestingXml.elements(document, "testsuite").getFirst();
        return List.of(suite.getAttribute("failures"), suite.getAttribute("errors"));
    }

    private static Verdict with(Verdict.Outcome outcome) {
        Verdict verdict = TestingReports.verdict();
        return new Verdict(1, verdict.run(), outcome, verdict.reasons(), verdict.checks());
    }
}
