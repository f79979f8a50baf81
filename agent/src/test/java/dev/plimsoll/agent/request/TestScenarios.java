package dev.plimsoll.agent.request;

import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Objectives;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.RequestSpec;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.TokenCount;
import dev.plimsoll.scenarios.Work;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Scenarios of one workload, and facts of a target that serves {@code tiny}. */
public final class TestScenarios {
    /** Twenty words and no tokens beyond them. */
    public static final List<String> WORDS = List.of(
            "able", "about", "after", "again", "air", "all", "also", "an", "and", "any", "are", "area", "as", "ask",
            "at", "away", "back", "base", "be", "been");

    private TestScenarios() {}

    /** A target at these URLs. */
    public static Target target(Api api, boolean stream, Map<String, String> headers, String... urls) {
        return new Target(
                List.of(urls).stream().map(URI::create).toList(),
                api,
                Target.MODEL_AUTO,
                stream,
                headers,
                Duration.ofSeconds(5),
                Target.Connections.DEFAULT,
                Optional.empty());
    }

    /** A scenario with seed 7; entries are named r0, r1, … and have weight 1. */
    public static Scenario scenario(Target target, Work... work) {
        List<RequestSpec> specs = new ArrayList<>();
        for (Work one : work) {
            specs.add(new RequestSpec("r" + specs.size(), 1, one));
        }
        return scenario(target, 7, specs);
    }

    /** A scenario of these entries. */
    public static Scenario scenario(Target target, long seed, List<RequestSpec> specs) {
        Phase phase = new Phase(
                "load", Duration.ofSeconds(1), new Load.Closed(1, Duration.ZERO), true, Duration.ofSeconds(1), false);
        return new Scenario(
                "s", "", target, specs, List.of(phase), 1, seed, Objectives.NONE, List.of(), Optional.empty());
    }

    /** What the target is, with that many tokens beyond the words of a prompt. */
    public static TargetFacts facts(int templateTokens) {
        return new TargetFacts(
                List.of("tiny"),
                Optional.of("tiny"),
                Optional.empty(),
                Map.of(),
                new TargetFacts.Vocabulary(WORDS, templateTokens, true),
                List.of());
    }

    /** Words to be answered with exactly four tokens; embeddings have no output. */
    public static Work words(Api api, TokenCount tokens, Optional<Work.SharedPrefix> prefix) {
        return new Work.Prompted(
                new Work.Prompt.Synthetic(tokens, prefix),
                api.generates() ? Optional.of(new Work.Output(TokenCount.fixed(4), true)) : Optional.empty(),
                Map.of());
    }

    /** Plain HTTP that expects any success. */
    public static Work http(String method, String path, Map<String, String> headers, String body) {
        return new Work.Http(method, path, headers, body, Work.Expectation.ANY_SUCCESS);
    }
}
