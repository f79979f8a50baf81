package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.scenarios.YamlNode.Mapping;
import dev.plimsoll.scenarios.YamlNode.Scalar;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written reads as the same, whatever stands in it. */
class YamlRoundTripTest {
    private static final Place PLACE = new Place("x", 1, 1);

    private static Scalar roundTrip(Scalar scalar) {
        Mapping root = new Mapping(PLACE);
        root.put("key", scalar);
        Problems problems = new Problems("x");
        Optional<YamlNode> read = YamlParser.parse("x", YamlWriter.write(root, Scalar::text), problems, true);
        assertEquals(0, problems.count());
        return (Scalar) ((Mapping) read.orElseThrow()).find("key").orElseThrow();
    }

    private static void same(Scalar scalar) {
        Scalar read = roundTrip(scalar);
        assertEquals(scalar.text(), read.text());
        assertEquals(scalar.type(), read.type());
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings()
                        .ascii()
                        .ofMaxLength(60)
                        .filter(text -> text.chars().noneMatch(c -> c < ' ' && c != '\n' || c == 127)),
                Arbitraries.strings()
                        .withChars("0123456789.eE+-xo_:~ '\"#{}[],&*!|>%@`\n")
                        .ofMaxLength(12),
                Arbitraries.of(
                        "on", "off", "yes", "no", "y", "n", "null", "~", "true", "2026-01-01", "<<", "=", "é", "日本"));
    }

    @Property(seed = "9", tries = 1000)
    void quotedTextsStayTexts(@ForAll("texts") String text) {
        same(new Scalar(text, true, PLACE, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-3",
                "+5",
                "5.",
                ".5",
                "1e3",
                "1e+3",
                "1E5",
                "0.5e-3",
                "12.50",
                "0x10",
                ".inf",
                "-.inf",
                ".nan",
                "123456789012345678901",
                "true",
                "False",
                "20/s",
                "60s",
                "95%",
                "auto",
                "on",
                "007",
                "1:30",
                "1_0"
            })
    void plainValuesKeepTheirType(String text) {
        same(new Scalar(text, false, PLACE, 0));
    }

    @Property(seed = "10", tries = 500)
    void noTextCrashesTheReader(@ForAll("texts") String text) throws ScenarioException {
        try {
            ScenarioReader.read("x", "name: a\n" + text, java.nio.file.Path.of("."), java.util.List.of(), Map.of());
        } catch (ScenarioException e) {
            assertTrue(!e.problems().isEmpty());
        }
    }

    @Property(seed = "11", tries = 300)
    void noOverrideCrashesTheReader(@ForAll("texts") String text) throws ScenarioException {
        try {
            Scenarios.minimal("phases[0].name=" + text, text);
        } catch (ScenarioException e) {
            assertTrue(!e.problems().isEmpty());
        }
    }
}
