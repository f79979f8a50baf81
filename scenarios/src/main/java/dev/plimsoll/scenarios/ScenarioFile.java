package dev.plimsoll.scenarios;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Set;

/**
 * A scenario as it was read, in the forms that others need.
 *
 * @param scenario the scenario
 * @param resolved its text for agents: variables replaced and overrides applied, secrets included; never to be written
 *     to a file or log
 * @param masked its YAML for the run bundle, as resolved but with secrets shown as {@code ***}
 * @param secrets values that must not appear anywhere
 * @param loadHash the same for scenarios of the same load (name, workload, phases, API and model), as lower-case hex
 * @param promptFiles contents of the prompt files it names, by the path used in it
 */
public record ScenarioFile(
        Scenario scenario,
        String resolved,
        String masked,
        Set<String> secrets,
        String loadHash,
        Map<String, String> promptFiles) {
    /** Checks the components and copies the collections. */
    public ScenarioFile {
        requireNonNull(scenario, "scenario");
        requireNonNull(resolved, "resolved");
        requireNonNull(masked, "masked");
        requireNonNull(loadHash, "loadHash");
        secrets = Set.copyOf(secrets);
        promptFiles = Map.copyOf(promptFiles);
    }

    /** Without the texts, which may hold secrets. */
    @Override
    public String toString() {
        return "ScenarioFile[" + scenario.name() + ", load " + loadHash + "]";
    }
}
