package dev.plimsoll.agent.request;

import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.scenarios.Scenario;
import java.util.Map;

/** Makes the requests of a scenario's workload. Safe for use by several threads. */
public final class WorkloadRequests implements RequestFactory {

    /**
     * The requests of a scenario.
     *
     * @param scenario whose workload
     * @param facts of its target: the model's name and words for prompts
     * @param promptFiles contents of its prompt files, by the path used in it
     * @throws IllegalArgumentException for a prompt file that is missing or unusable, with the file, the line and the rule
     */
    public static WorkloadRequests of(Scenario scenario, TargetFacts facts, Map<String, String> promptFiles) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RequestContent create(long stream, long sequence) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RequestContent sample(int spec, long sequence) {
        throw new UnsupportedOperationException();
    }
}
