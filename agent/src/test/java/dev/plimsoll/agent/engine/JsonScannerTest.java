package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.plimsoll.measurements.ErrorClass;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {
    private static JsonScanner scanner(String text) {
        JsonScanner scanner = new JsonScanner();
        byte[] bytes = ("#" + text + "#").getBytes(StandardCharsets.UTF_8);
        scanner.reset(bytes, 1, bytes.length - 1);
        return scanner;
    }

    private static boolean isValid(byte[] bytes) {
        JsonScanner scanner = new JsonScanner();
        scanner.reset(bytes, 0, bytes.length);
        try {
            scanner.skip();
            scanner.finish();
            return true;
        } catch (AnswerException e) {
            assertEquals(ErrorClass.PROTOCOL, e.errorClass());
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "0",
                "-0",
                "-1.5e+10",
                "1E5",
                "true",
                "false",
                "null",
                "\"\"",
                " [ 1 , 2 ] ",
                "{\"a\":{\"b\":[{},[],\"\"]}}",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
                "\"é€😀\"",
                "\"\u007f\""
            })
    void validTextIsPassed(String text) {
        assertTrue(isValid(text.getBytes(StandardCharsets.UTF_8)), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "{", "}", "[", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{,}",
                "01", "-", "1.", ".5", "1e", "+1", "NaN", "tru", "nulls", "'a'", "\"", "\"\\x\"", "\"\\u12g4\"",
                "\"\\", "\"\\u12", "\"\n\"", "\"\t\"", "[]]", "{} x", "[}", "{]", "1,2"
            })
    void invalidTextIsRefused(String text) {
        assertFalse(isValid(text.getBytes(StandardCharsets.UTF_8)), text);
    }

    @ParameterizedTest
    @CsvSource({
        "C3 A9, true", // é
        "ED 9F BF, true", // the last before the surrogates
        "F4 8F BF BF, true", // the last of all
        "80, false", // a continuation alone
        "C0 80, false", // overlong
        "C1 BF, false", // overlong
        "E0 80 80, false", // overlong
        "ED A0 80, false", // a surrogate
        "F0 8F BF BF, false", // overlong
        "F4 90 80 80, false", // beyond the last
        "F5 80 80 80, false", // no lead
        "C3, false", // cut off
        "E2 82, false", // cut off
        "C3 28, false", // wrong continuation
        "FF, false"
    })
    void utf8IsCheckedAsRfc3629Says(String hex, boolean valid) {
        StringBuilder latin = new StringBuilder("\"");
        for (String b : hex.split(" ")) {
            latin.append((char) Integer.parseInt(b, 16));
        }
        byte[] bytes = latin.append('"').toString().getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(valid, isValid(bytes));
    }

    @Property(tries = 2_000)
    void judgesLikeJackson(@ForAll("nearlyJson") byte[] bytes) {
        assertEquals(isValidToJackson(bytes), isValid(bytes), () -> new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /** Jackson reads single-byte Latin too, so what is not UTF-8 is told by Java's decoder. */
    private static boolean isValidToJackson(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            return false;
        }
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            if (parser.currentToken().isNumeric()) {
                parser.getNumberValue();
            } else {
                parser.skipChildren();
            }
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Valid documents, and such documents with one byte changed. */
    @Provide
    Arbitrary<byte[]> nearlyJson() {
        Arbitrary<String> leaf = Arbitraries.oneOf(
                Arbitraries.of("true", "false", "null", "0", "-12", "3.25", "1e-3", "\"\\u0041\"", "\"\\n\""),
                Arbitraries.strings().withChars("abc é€{}[]:,1").ofMaxLength(20).map(s -> "\"" + s + "\""));
        Arbitrary<String> document = Arbitraries.lazyOf(
                () -> leaf,
                () -> leaf,
                () -> nested(leaf).list().ofMaxSize(3).map(all -> "[" + String.join(" , ", all) + "]"),
                () -> nested(leaf).list().ofMaxSize(3).map(all -> "{" + members(all) + "}"));
        Arbitrary<byte[]> valid = document.map(s -> s.getBytes(StandardCharsets.UTF_8));
        Arbitrary<byte[]> changed = valid.flatMap(bytes -> Arbitraries.integers()
                .between(0, Math.max(0, bytes.length - 1))
                .flatMap(at -> Arbitraries.of('"', '\\', '{', '}', '[', ']', ',', ':', ' ', 'e', '0', '.', '-')
                        .map(c -> {
                            byte[] copy = bytes.clone();
                            copy[at] = (byte) (char) c;
                            return copy;
                        })));
        return Arbitraries.oneOf(valid, changed);
    }

    private static Arbitrary<String> nested(Arbitrary<String> leaf) {
        return Arbitraries.oneOf(
                leaf,
                leaf.list().ofMaxSize(4).map(all -> "[" + String.join(",", all) + "]"),
                leaf.list().ofMaxSize(4).map(all -> "{" + members(all) + "}"));
    }

    private static String members(List<String> values) {
        StringBuilder members = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            members.append(i == 0 ? "" : ",")
                    .append("\"m")
                    .append(i)
                    .append("\":")
                    .append(values.get(i));
        }
        return members.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "17, 17",
        "999999999999999999, 999999999999999999",
        "9999999999999999999, -1",
        "1.0, -1",
        "1e3, -1",
        "-5, -1",
        "null, -1",
        "\"5\", -1",
        "[5], -1"
    })
    void countIsWholeOrAbsent(String text, long expected) throws Exception {
        JsonScanner scanner = scanner(text);
        assertEquals(expected, scanner.readCount());
        scanner.finish();
    }

    @ParameterizedTest
    @CsvSource({"choices, true", "ch\\u006fices, true", "choice, false", "choicesx, false", "ch\\u006fice, false"})
    void nameIsComparedWithEscapesResolved(String name, boolean same) throws Exception {
        JsonScanner scanner = scanner("{\"" + name + "\":1}");
        scanner.enterObject();
        assertTrue(scanner.nextMember());
        assertEquals(same, scanner.nameIs(Bytes.ascii("choices")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 17, 100})
    void textIsGivenWhole(int length) throws Exception {
        String text = "x".repeat(length) + "\\\"é\\u20ac\\ud83d\\ude00\\n" + "y".repeat(length);
        JsonScanner scanner = scanner("\"" + text + "\"");
        assertTrue(scanner.readNonEmptyString());
        assertEquals("x".repeat(length) + "\"é€😀\n" + "y".repeat(length), scanner.text());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256})
    void nestingUpToLimitIsRead(int depth) throws Exception {
        JsonScanner scanner = scanner("[".repeat(depth) + "]".repeat(depth));
        scanner.skip();
        scanner.finish();
        JsonScanner deeper = scanner("[".repeat(257) + "]".repeat(257));
        assertThrows(AnswerException.class, deeper::skip);
    }
}
