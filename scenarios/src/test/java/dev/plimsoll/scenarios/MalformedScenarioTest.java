package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each malformed scenario is told, word for word: {@code malformed/NAME.yaml} and {@code NAME.txt}. */
class MalformedScenarioTest {
    @TempDir
    Path directory;

    static List<Path> malformed() {
        return Scenarios.yamlFiles("malformed");
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void everyProblemIsToldWithItsPlace(Path file) throws IOException {
        String name = file.getFileName().toString();
        String expected = Files.readString(file.resolveSibling(name.replace(".yaml", ".txt")));
        ScenarioException e = assertThrows(
                ScenarioException.class,
                () -> ScenarioReader.read(name, Files.readString(file), file.getParent(), List.of(), Map.of()));
        assertEquals(expected, e.getMessage() + "\n");
    }

    @Test
    void thereAreTwentyOrMore() {
        assertTrue(malformed().size() >= 20);
    }

    @Test
    void bytesThatAreNotUtf8AreToldWithTheirLine() throws IOException {
        byte[] text = "name: x\ndescription: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals("the scenario file is not UTF-8; the first bad byte is 0xE9 in line 2", sentence(text));
    }

    @Test
    void aHugeFileIsNotRead() throws IOException {
        assertEquals("the scenario file is larger than 1 MiB", sentence(new byte[(1 << 20) + 1]));
    }

    @Test
    void aFileThatIsMissingIsTold() {
        Path missing = directory.resolve("missing.yaml");
        ScenarioException e =
                assertThrows(ScenarioException.class, () -> ScenarioReader.read(missing, List.of(), Map.of()));
        assertEquals(missing + ": the scenario file does not exist", e.getMessage());
    }

    @Test
    void aDirectoryIsNoScenario() {
        ScenarioException e =
                assertThrows(ScenarioException.class, () -> ScenarioReader.read(directory, List.of(), Map.of()));
        assertEquals(directory + ": the scenario file is a directory", e.getMessage());
    }

    @Test
    void aByteOrderMarkIsSkipped() throws IOException, ScenarioException {
        Path file = directory.resolve("bom.yaml");
        Files.writeString(file, "\uFEFF" + Scenarios.MINIMAL);
        assertEquals(
                "minimal",
                ScenarioReader.read(file, List.of(), Map.of()).scenario().name());
    }

    @Test
    void aThousandProblemsAreCutToAHundred() {
        String yaml = "k%d: 1\n"
                .repeat(1000)
                .formatted(java.util.stream.IntStream.range(0, 1000).boxed().toArray());
        ScenarioException e = assertThrows(ScenarioException.class, () -> Scenarios.read(yaml));
        assertEquals(Problems.MAX, e.problems().size());
    }

    private String sentence(byte[] text) throws IOException {
        Path file = directory.resolve("bad.yaml");
        Files.write(file, text);
        return assertThrows(ScenarioException.class, () -> ScenarioReader.read(file, List.of(), Map.of()))
                .problems()
                .getFirst()
                .sentence();
    }
}
