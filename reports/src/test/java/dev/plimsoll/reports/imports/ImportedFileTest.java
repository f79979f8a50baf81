package dev.plimsoll.reports.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.verdict.ComparedRun;
import dev.plimsoll.reports.verdict.Comparison;
import dev.plimsoll.reports.verdict.RunComparison;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that the tools wrote: vllm bench serve of vLLM 0.32, GuideLLM 0.8.1 and AIPerf 0.13.0 against the simulator. What is
 * read is held against the figures that each tool made of the same requests. Histograms have 3 digits: 0.1 %.
 */
class ImportedFileTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final double DIGITS = 0.001;

    @TempDir
    private Path directory;

    private Path golden(String name) throws IOException {
        try (InputStream in = ImportedFileTest.class.getResourceAsStream(name)) {
            Path file = directory.resolve(name);
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            Files.copy(in, file);
            return file;
        }
    }

    private static Comparison withItself(ComparedRun run) {
        return RunComparison.compare(List.of(run), List.of(run), Set.of(), 0.95);
    }

    private static Comparison.Row row(Comparison comparison, String label) {
        return comparison.rows().stream()
                .filter(row -> row.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new AssertionError(label + " in " + comparison.rows()));
    }

    private static void assertNear(double expected, Comparison.Row row, double share) {
        assertEquals(expected, row.before().orElseThrow(), share * expected, row.label());
    }

    @Test
    void vllmFilesWithEveryRequestHaveIntervals() throws IOException, ImportException {
        Path file = golden("vllm-detailed.json");
        JsonNode told = JSON.readTree(file.toFile());
        Comparison comparison = withItself(ImportedFile.read(file));
        assertNear(told.path("mean_e2el_ms").asDouble(), row(comparison, "service_time.mean"), DIGITS);
        assertNear(told.path("mean_ttft_ms").asDouble(), row(comparison, "ttft_service.mean"), DIGITS);
        assertNear(told.path("mean_tpot_ms").asDouble(), row(comparison, "tpot.mean"), 2 * DIGITS);
        assertNear(told.path("mean_itl_ms").asDouble(), row(comparison, "chunk_gap.mean"), DIGITS);
        assertNear(told.path("request_throughput").asDouble(), row(comparison, "throughput"), DIGITS);
        assertNear(told.path("output_throughput").asDouble(), row(comparison, "output_throughput"), DIGITS);
        assertEquals(
                told.path("completed").asLong(),
                row(comparison, "service_time.mean").beforeCount());
        assertTrue(row(comparison, "ttft_service.mean").low().isPresent());
        assertEquals("vllm bench serve", comparison.before().getFirst().tool());
        assertTrue(comparison.rows().stream().noneMatch(r -> r.metric().equals("latency")), "no schedule, no latency");
        assertTrue(comparison.rows().stream().noneMatch(r -> r.metric().startsWith("goodput")), "no objectives");
    }

    @Test
    void vllmFilesWithoutDetailsHaveIntervalsOfLatencyAlone() throws IOException, ImportException {
        Path file = golden("vllm.json");
        JsonNode told = JSON.readTree(file.toFile());
        ComparedRun run = ImportedFile.read(file);
        Comparison comparison = withItself(run);
        assertNear(told.path("mean_e2el_ms").asDouble(), row(comparison, "service_time.mean"), DIGITS);
        assertTrue(row(comparison, "service_time.mean").low().isPresent());
        assertNear(told.path("p99_ttft_ms").asDouble(), row(comparison, "ttft_service.p99"), 0);
        assertEquals(
                Comparison.Word.NO_INTERVAL, row(comparison, "ttft_service.p99").word());
        assertNear(told.path("output_throughput").asDouble(), row(comparison, "output_throughput"), 0);
        assertTrue(run.notes().toString().contains("--save-detailed"), run.notes()::toString);
    }

    @Test
    void guideLlmReportsHaveIntervals() throws IOException, ImportException {
        Path file = golden("guidellm.json");
        JsonNode metrics =
                JSON.readTree(file.toFile()).path("benchmarks").path(0).path("metrics");
        ComparedRun run = ImportedFile.read(file);
        Comparison comparison = withItself(run);
        assertEquals("GuideLLM 0.8.1", run.tool());
        assertNear(
                1000
                        * metrics.path("request_latency")
                                .path("successful")
                                .path("mean")
                                .asDouble(),
                row(comparison, "service_time.mean"),
                DIGITS);
        assertNear(
                metrics.path("time_to_first_token_ms")
                        .path("successful")
                        .path("mean")
                        .asDouble(),
                row(comparison, "ttft_service.mean"),
                DIGITS);
        assertEquals(
                metrics.path("request_totals").path("successful").asLong(),
                row(comparison, "service_time.mean").beforeCount());
        assertTrue(row(comparison, "tpot.mean").low().isPresent());
    }

    @Test
    void aiPerfRecordsGiveTheFiguresOfItsSummary() throws IOException, ImportException {
        Comparison records = withItself(ImportedFile.read(golden("aiperf.jsonl")));
        ComparedRun summary = ImportedFile.read(golden("aiperf.json"));
        Comparison figures = withItself(summary);
        assertEquals("AIPerf 0.13.0", summary.tool());
        for (String label : List.of("service_time.mean", "ttft_service.mean", "tpot.mean", "chunk_gap.mean")) {
            assertNear(row(figures, label).before().orElseThrow(), row(records, label), DIGITS);
            assertTrue(row(records, label).low().isPresent(), label);
            assertEquals(Comparison.Word.NO_INTERVAL, row(figures, label).word());
        }
        assertEquals(
                row(figures, "service_time.mean").beforeCount(),
                row(records, "service_time.mean").beforeCount());
    }

    @Test
    void toolsAreMatchedAndTheirDefinitionsSaid() throws IOException, ImportException {
        Comparison comparison = RunComparison.compare(
                List.of(ImportedFile.read(golden("vllm-detailed.json"))),
                List.of(ImportedFile.read(golden("aiperf.jsonl"))),
                Set.of(),
                0.95);
        Comparison.Row ttft = row(comparison, "ttft_service.mean");
        assertTrue(ttft.caution().contains("takes a first chunk without text"), ttft.caution());
        assertFalse(comparison.comparable());
        /* Asked for 8 and 24. */
        assertEquals(
                List.of("the loads were not the same: 8 tokens an answer, now 23.9 tokens"), comparison.differences());
        assertTrue(
                comparison.notes().toString().contains("so taken as the same: the settings of the load"),
                comparison.notes()::toString);
    }

    @Test
    void anotherLoadOfTheSameToolIsNotComparable() throws IOException, ImportException {
        Path file = golden("vllm.json");
        Path other = directory.resolve("other.json");
        Files.writeString(
                other, Files.readString(file).replaceFirst("\"request_rate\": [0-9.]+", "\"request_rate\": 99.0"));
        Comparison comparison = RunComparison.compare(
                List.of(ImportedFile.read(file)), List.of(ImportedFile.read(other)), Set.of(), 0.95);
        assertFalse(comparison.comparable());
        assertTrue(comparison.differences().getFirst().contains("request_rate 99.0"), comparison::toString);
    }

    private String refused(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("x.json"), content);
        return String.valueOf(assertThrows(ImportException.class, () -> ImportedFile.read(file))
                .getMessage());
    }

    @Test
    void whatIsNoResultIsRefusedWithWhatIsOne() throws IOException {
        assertTrue(refused("").contains("is empty; known are the files of vllm bench serve"));
        assertTrue(refused("{\"a\": ").contains("x.json:1:"), "place of the error");
        assertTrue(refused("name: yaml\n").contains("is no JSON"));
        assertTrue(refused("{\"a\": 1}").contains("no result of a known tool"));
        assertTrue(refused("[]").contains("is empty"));
    }

    @Test
    void filesWithSeveralResultsAreRefused() throws IOException {
        String one = Files.readString(golden("vllm.json"));
        assertTrue(refused(one + "\n" + one).contains("holds 2 results one after another (--append-result)"));
        String sweep = "{\"metadata\": {\"guidellm_version\": \"0.8.1\"}, \"benchmarks\": [{}, {}]}";
        assertTrue(refused(sweep).contains("is broken: it holds 2 benchmarks, and one can be compared"));
    }

    @Test
    void halvesOfAFileAreRefused() throws IOException {
        String one = Files.readString(golden("vllm-detailed.json"));
        assertTrue(refused(one.substring(0, one.length() / 2)).contains("is no JSON"));
        assertTrue(refused(one.replaceFirst("\"ttfts\": \\[[^,]*,", "\"ttfts\": ["))
                .contains("is broken: ttfts has "));
    }
}
