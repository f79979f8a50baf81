package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.YamlNode.Mapping;
import dev.plimsoll.scenarios.YamlNode.Scalar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

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
        String source = file.toString();
        String yaml;
        try {
            yaml = NamedFiles.text(file, NamedFiles.MAX_SCENARIO);
        } catch (IOException e) {
            throw new ScenarioException(List.of(
                    new ScenarioException.Problem(source, 0, 0, "", "the scenario file " + NamedFiles.reason(e))));
        }
        Path directory = file.toAbsolutePath().getParent();
        return read(source, yaml, directory == null ? file.toAbsolutePath() : directory, overrides, environment);
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
        Problems problems = new Problems(source);
        Secrets secrets = new Secrets();
        Mapping root = root(source, yaml, problems);
        new Overrides(root, problems).apply(overrides);
        new Variables(environment, secrets, problems).replaceIn(root);
        secrets.maskLiterals(root);
        NamedFiles files = NamedFiles.in(directory);
        Optional<Scenario> decoded = new ScenarioDecoder(problems, files).decode(root);
        Scenario scenario = complete(decoded, problems, secrets::hide);
        return new ScenarioFile(
                scenario,
                YamlWriter.write(root, Scalar::text),
                YamlWriter.write(root, secrets::shown),
                secrets.values(),
                LoadHash.of(scenario, files.prompts()),
                files.prompts());
    }

    /**
     * The scenario in a {@link ScenarioFile#resolved} text, as agents get it.
     *
     * @throws ScenarioException if it is none
     */
    public static Scenario fromResolved(String resolved) throws ScenarioException {
        String source = "resolved scenario";
        Problems problems = new Problems(source);
        Mapping root = root(source, resolved, problems);
        Secrets secrets = new Secrets();
        secrets.maskLiterals(root);
        Optional<Scenario> decoded = new ScenarioDecoder(problems, NamedFiles.unchecked()).decode(root);
        return complete(decoded, problems, secrets::hide);
    }

    private static Mapping root(String source, String yaml, Problems problems) throws ScenarioException {
        Optional<YamlNode> root = YamlParser.parse(source, yaml, problems, true);
        if (root.isPresent() && root.get() instanceof Mapping mapping) {
            return mapping;
        }
        root.ifPresent(node -> problems.add(
                node.place(),
                "",
                "a scenario is a map with " + String.join(", ", Block.SCENARIO.keys()) + ", not " + node.noun()));
        problems.throwIfAny(UnaryOperator.identity());
        throw new IllegalStateException("a text without a root has a problem");
    }

    private static Scenario complete(Optional<Scenario> scenario, Problems problems, UnaryOperator<String> mask)
            throws ScenarioException {
        problems.throwIfAny(mask);
        return scenario.orElseThrow(() -> new IllegalStateException("a scenario that is absent has a problem"));
    }
}
