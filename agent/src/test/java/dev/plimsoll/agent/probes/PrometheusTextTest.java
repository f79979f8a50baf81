package dev.plimsoll.agent.probes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.probes.PrometheusText.Sample;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {
    private static Sample only(String page) {
        PrometheusText text = PrometheusText.parse(page);
        assertEquals(0, text.malformedLines(), page);
        assertEquals(1, text.all().size(), page);
        return text.all().values().iterator().next().getFirst();
    }

    @Test
    void readsWhatTheFormatAllows() {
        assertEquals(new Sample("a", Map.of(), 1), only("a 1"));
        assertEquals(new Sample("a:b_c", Map.of("x", "1", "y", ""), -1.5e3), only("a:b_c{x=\"1\",y=\"\",} -1.5e3\n"));
        assertEquals(new Sample("a", Map.of("x", "1"), 2), only("  a { x = \"1\" }\t2 1395066363000\r\n"));
        assertEquals(
                new Sample("a_bucket", Map.of("le", "+Inf"), 3),
                only("a_bucket{le=\"+Inf\"} 3 1.5 # {trace=\"x\"} 0.5 1.4\n# EOF\n"));
        assertEquals(new Sample("path", Map.of("p", "C:\\DIR\n\"x\""), 4), only("path{p=\"C:\\\\DIR\\n\\\"x\\\"\"} 4"));
        assertEquals(new Sample("my.metric", Map.of("a", "b"), 5), only("{\"my.metric\",a=\"b\"} 5"));
    }

    @Test
    void readsNumbersThatAreNone() {
        assertTrue(Double.isNaN(only("a NaN").value()));
        assertEquals(Double.POSITIVE_INFINITY, only("a +Inf").value());
        assertEquals(Double.NEGATIVE_INFINITY, only("a -Inf").value());
    }

    @Test
    void passesOverWhatItDoesNotUnderstand() {
        String page = """
                # HELP a help { " 1
                # TYPE a counter

                a{x="1" 1
                a{x=1} 1
                a{x="1"}
                a 0x10
                a 1d
                a 1 x
                <html>
                1a 3
                a{x="ok"} 7
                """;
        PrometheusText text = PrometheusText.parse(page);
        assertEquals(List.of(new Sample("a", Map.of("x", "ok"), 7)), text.named("a"));
        assertEquals(8, text.malformedLines());
    }

    @Test
    void namesMatchExactly() {
        PrometheusText text = PrometheusText.parse("waiting 1\nwaiting_by_reason{reason=\"x\"} 2\n");
        assertEquals(1, text.named("waiting").size());
        assertEquals(List.of(), text.named("wait"));
    }

    @Test
    void readsThePageOfAVllm() throws Exception {
        try (InputStream page = PrometheusTextTest.class.getResourceAsStream("vllm-0.32.0.txt")) {
            String golden = new String(page.readAllBytes(), StandardCharsets.UTF_8);
            PrometheusText text = PrometheusText.parse(golden);
            long lines = golden.lines()
                    .filter(l -> !l.startsWith("#") && !l.isBlank())
                    .count();
            assertEquals(
                    lines, text.all().values().stream().mapToInt(List::size).sum());
            assertEquals(0, text.malformedLines());
            assertEquals(
                    new Sample("vllm:prefix_cache_queries_total", Map.of("engine", "0", "model_name", "tiny"), 58),
                    text.named("vllm:prefix_cache_queries_total").getFirst());
        }
    }

    @Property
    void whatIsWrittenIsRead(@ForAll("samples") Sample sample) {
        StringBuilder line = new StringBuilder(sample.name()).append('{');
        sample.labels()
                .forEach((name, value) -> line.append(name)
                        .append("=\"")
                        .append(value.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\""))
                        .append("\","));
        line.append("} ").append(sample.value()).append('\n');
        assertEquals(sample, only(line.toString()));
    }

    @Property
    void noTextBreaksIt(@ForAll String page) {
        PrometheusText text = PrometheusText.parse(page);
        int samples = text.all().values().stream().mapToInt(List::size).sum();
        assertTrue(samples + text.malformedLines() <= page.split("\n", -1).length);
    }

    @Property
    void noLineOfItsOwnCharactersBreaksIt(@ForAll("nearlyLines") String page) {
        PrometheusText text = PrometheusText.parse(page);
        text.all().forEach((name, samples) -> assertTrue(name.matches("[^\\n]+")));
    }

    @Provide
    Arbitrary<String> nearlyLines() {
        return Arbitraries.strings().withChars("ab{}=\",\\ #1.eN\n+").ofMaxLength(60);
    }

    @Provide
    Arbitrary<Sample> samples() {
        Arbitrary<String> names =
                Arbitraries.strings().withChars("abcXYZ_:").ofMinLength(1).ofMaxLength(20);
        Arbitrary<String> labels =
                Arbitraries.strings().withChars("abcXYZ_").ofMinLength(1).ofMaxLength(8);
        Arbitrary<String> values = Arbitraries.strings().ofMaxLength(12).map(v -> v.replace("\r", "r"));
        return Combinators.combine(names, Arbitraries.maps(labels, values).ofMaxSize(5), Arbitraries.doubles())
                .as(Sample::new);
    }
}
