package dev.plimsoll.scenarios;

/** The JSON Schema (2020-12) of the scenario language. */
public final class ScenarioSchema {
    private ScenarioSchema() {}

    /** The schema as JSON text, the same as the resource {@code scenario.schema.json}. */
    public static String json() {
        return Resources.text("/scenario.schema.json");
    }
}
