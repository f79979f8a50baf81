package dev.plimsoll.reports.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.verdict.ComparedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a result file of another tool. What it is, is told by its content, not by its name. */
public final class ImportedFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long LARGEST = 1L << 30;
    private static final String KNOWN =
            "known are the files of vllm bench serve (--save-result), GuideLLM (kind=json) and"
                    + " AIPerf (profile_export_aiperf.json, profile_export.jsonl)";

    private ImportedFile() {}

    /**
     * The run in that file.
     *
     * @throws ImportException when it cannot be read, is no JSON, or is of no known tool
     */
    public static ComparedRun read(Path file) throws ImportException {
        List<JsonNode> documents = documents(file);
        if (documents.isEmpty()) {
            throw new ImportException(file + " is empty; " + KNOWN);
        }
        String name = String.valueOf(file.getFileName());
        JsonNode first = documents.getFirst();
        try {
            if (AiPerfFile.isRecord(first)) {
                return AiPerfFile.records(name, documents);
            }
            if (documents.size() > 1) {
                throw new ImportException(file + " holds " + documents.size()
                        + " results one after another (--append-result); give each a file of its own");
            }
            if (VllmBenchFile.is(first)) {
                return VllmBenchFile.read(name, first);
            }
            if (GuideLlmFile.is(first)) {
                return GuideLlmFile.read(name, first);
            }
            if (AiPerfFile.isSummary(first)) {
                return AiPerfFile.summary(name, first);
            }
        } catch (IllegalArgumentException e) {
            throw new ImportException(file + " is broken: " + e.getMessage(), e);
        }
        throw new ImportException(file + " is JSON, but no result of a known tool; " + KNOWN);
    }

    private static List<JsonNode> documents(Path file) throws ImportException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new ImportException(file + " is larger than 1 GiB; export fewer requests");
            }
            List<JsonNode> documents = new ArrayList<>();
            try (MappingIterator<JsonNode> values =
                    JSON.readerFor(JsonNode.class).readValues(file.toFile())) {
                while (values.hasNextValue()) {
                    documents.add(values.nextValue());
                }
            }
            return documents;
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : ":" + e.getLocation().getLineNr() + ":" + e.getLocation().getColumnNr();
            throw new ImportException(
                    file + place + " is no JSON: " + e.getOriginalMessage().replaceAll("\\s+", " ") + "; " + KNOWN, e);
        } catch (IOException e) {
            throw new ImportException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
