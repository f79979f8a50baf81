package dev.plimsoll.scenarios;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads scenarios: YAML to checked records, with file, line and column in every problem. Pure but for the files that it
 * is told to read.
 */
public final class ScenarioReader {
    private ScenarioReader() {}

    /**
     * Reads a scenario file.
     *
     * @param file the YAML file; prompt files and certificates are named relative to its directory
     * @param overrides {@code path=value} each, such as {@code target.url=http://127.0.0.1:8000} or
     *     {@code phases[1].duration=5s}; applied in order
     * @param environment for {@code ${env:NAME}}
     * @throws ScenarioException with every problem found; also when the file cannot be read
     */
    public static ScenarioFile read(Path file, List<String> overrides, Map<String, String> environment)
            throws ScenarioException {
        throw new UnsupportedOperationException();
    }

    /**
     * Reads a scenario from its text.
     *
     * @param source names the text in problems
     * @param yaml the text
     * @param directory prompt files and certificates are named relative to it
     * @param overrides as in {@link #read(Path, List, Map)}
     * @param environment for {@code ${env:NAME}}
     * @throws ScenarioException with every problem found
     */
    public static ScenarioFile read(
            String source, String yaml, Path directory, List<String> overrides, Map<String, String> environment)
            throws ScenarioException {
        throw new UnsupportedOperationException();
    }

    /**
     * The scenario in a {@link ScenarioFile#resolved} text, as agents get it.
     *
     * @throws ScenarioException if it is none
     */
    public static Scenario fromResolved(String resolved) throws ScenarioException {
        throw new UnsupportedOperationException();
    }
}
