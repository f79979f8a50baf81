package dev.plimsoll.reports.preflight;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.scenarios.Nearest;
import dev.plimsoll.scenarios.PreflightCheck;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The versions that a machine had which was known to be good, as {@code versions.lock.yaml} keeps them.
 *
 * @param versions by the check that holds a machine against it; a version that was not known is not in it
 */
public record VersionsLock(Map<PreflightCheck, String> versions) {
    /** The name that the file has where nobody says otherwise. */
    public static final String FILE = "versions.lock.yaml";

    /** No version is locked. */
    public static final VersionsLock NONE = new VersionsLock(Map.of());

    private static final String PREFIX = "versions.";
    private static final Map<PreflightCheck, MachineFact> FACTS = facts();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build();

    /** Copies the map. */
    public VersionsLock {
        EnumMap<PreflightCheck, String> copy = new EnumMap<>(PreflightCheck.class);
        copy.putAll(versions);
        versions = Collections.unmodifiableMap(copy);
    }

    private static Map<PreflightCheck, MachineFact> facts() {
        Map<PreflightCheck, MachineFact> facts = new EnumMap<>(PreflightCheck.class);
        facts.put(PreflightCheck.VERSIONS_DRIVER, MachineFact.DRIVER);
        facts.put(PreflightCheck.VERSIONS_CUDA, MachineFact.CUDA);
        facts.put(PreflightCheck.VERSIONS_PYTORCH, MachineFact.PYTORCH);
        facts.put(PreflightCheck.VERSIONS_PYTORCH_CUDA, MachineFact.PYTORCH_CUDA);
        facts.put(PreflightCheck.VERSIONS_VLLM, MachineFact.VLLM);
        return facts;
    }

    /** The fact that a check of a version is about. */
    static Map<PreflightCheck, MachineFact> factsByCheck() {
        return FACTS;
    }

    /**
     * The versions of a machine.
     *
     * @param target vLLM's version as the target tells it; it goes before what the machine's Python says
     */
    public static VersionsLock of(MachineFacts facts, Optional<String> target) {
        Map<PreflightCheck, String> versions = new EnumMap<>(PreflightCheck.class);
        FACTS.forEach((check, name) -> {
            Fact fact = facts.of(name);
            if (fact.known()) {
                versions.put(check, fact.value());
            }
        });
        target.ifPresent(version -> versions.put(PreflightCheck.VERSIONS_VLLM, version));
        return new VersionsLock(versions);
    }

    /**
     * Reads a lock file.
     *
     * @param source names the text in errors
     * @throws IllegalArgumentException with a sentence that names the place and the next step
     */
    public static VersionsLock parse(String source, String text) {
        JsonNode tree;
        try {
            tree = YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    source + " is not YAML: "
                            + e.getOriginalMessage().lines().findFirst().orElse("")
                            + "; write it anew with: plimsoll preflight --write-lock",
                    e);
        }
        if (tree == null || !tree.isObject()) {
            throw new IllegalArgumentException(
                    source + " is no map of versions; write it anew with: plimsoll preflight --write-lock");
        }
        Map<String, PreflightCheck> keys = keys();
        Map<PreflightCheck, String> versions = new EnumMap<>(PreflightCheck.class);
        tree.properties().forEach(entry -> {
            PreflightCheck check = keys.get(entry.getKey());
            if (check == null) {
                throw new IllegalArgumentException(source + ": unknown key \"" + entry.getKey() + "\""
                        + Nearest.to(entry.getKey(), keys.keySet())
                                .map(near -> "; did you mean \"" + near + "\"?")
                                .orElse("; it has " + String.join(", ", keys.keySet())));
            }
            if (!entry.getValue().isTextual()) {
                throw new IllegalArgumentException(source + ": " + entry.getKey()
                        + " is a version in quotes, such as \"550.54.15\", not " + entry.getValue());
            }
            versions.put(check, entry.getValue().asText());
        });
        return new VersionsLock(versions);
    }

    /** The file, with every version in quotes: {@code 12.10} is no number. */
    public String yaml() {
        Map<String, String> entries = new LinkedHashMap<>();
        versions.forEach((check, version) -> entries.put(key(check), version));
        try {
            return "# Versions of a node that is known to be good. Written by: plimsoll preflight --write-lock\n"
                    + YAML.writeValueAsString(entries);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts can be written as YAML", e);
        }
    }

    private static Map<String, PreflightCheck> keys() {
        Map<String, PreflightCheck> keys = new LinkedHashMap<>();
        FACTS.keySet().forEach(check -> keys.put(key(check), check));
        return keys;
    }

    private static String key(PreflightCheck check) {
        return check.id().substring(PREFIX.length());
    }
}
