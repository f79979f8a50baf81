package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.scenarios.Target;
import java.net.URI;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code run.json} says as a run goes on, without secrets. The run's thread only. */
final class RunCard {
    private final RunRequest request;
    private final Secrets secrets;
    private final String run;
    private final Instant started;
    private List<AgentLink> agents = List.of();
    private Optional<TargetFacts> facts = Optional.empty();
    private Optional<Instant> loadStarted = Optional.empty();
    private Optional<String> http = Optional.empty();
    private Optional<String> tls = Optional.empty();

    /** Of a run that begins now. */
    RunCard(RunRequest request, Secrets secrets, String run, Instant started) {
        this.request = request;
        this.secrets = secrets;
        this.run = run;
        this.started = started;
    }

    /** These are the run's agents; their states are read each time. */
    void agents(List<AgentLink> links) {
        agents = List.copyOf(links);
    }

    /** That was found out about the target. */
    void found(TargetFacts found) {
        facts = Optional.of(found);
    }

    /** So the agents speak to the target. */
    void spoken(Collection<Answer> answers) {
        for (Answer answer : answers) {
            if (answer instanceof Answer.Prepared prepared) {
                http = Optional.of(prepared.http());
                tls = prepared.tls();
            }
        }
    }

    /** Load starts at this instant; the first one counts. */
    void loadStarts(Instant instant) {
        if (loadStarted.isEmpty()) {
            loadStarted = Optional.of(instant);
        }
    }

    /** While the run goes on. */
    RunInfo running() {
        return with(RunInfo.Status.RUNNING, "", Optional.empty());
    }

    /** After its end. */
    RunInfo ended(RunInfo.Status status, String reason, Instant end) {
        return with(status, reason, Optional.of(end));
    }

    private RunInfo with(RunInfo.Status status, String reason, Optional<Instant> end) {
        return new RunInfo(
                RunInfo.FORMAT,
                run,
                new RunInfo.ScenarioRef(
                        request.scenario().scenario().name(), request.scenario().loadHash()),
                status,
                secrets.mask(reason),
                started,
                end,
                loadStarted,
                BuildVersion.number(),
                agents.isEmpty()
                        ? request.transport().orElse("")
                        : agents.getFirst().facts().transport(),
                agents.stream().map(AgentLink::ref).toList(),
                target(request.scenario().scenario().target()),
                secrets.mask(facts.map(TargetFacts::notes).orElse(List.of())));
    }

    private RunInfo.TargetRef target(Target target) {
        Map<String, String> cache = new LinkedHashMap<>();
        facts.map(TargetFacts::cacheConfig)
                .orElse(Map.of())
                .forEach((name, value) -> cache.put(secrets.mask(name), secrets.mask(value)));
        return new RunInfo.TargetRef(
                secrets.mask(target.urls().stream().map(RunCard::withoutUser).toList()),
                secrets.mask(facts.map(TargetFacts::models).orElse(List.of())),
                secrets.mask(facts.flatMap(TargetFacts::model).orElse("")),
                secrets.mask(facts.flatMap(TargetFacts::vllmVersion).orElse("")),
                cache,
                http,
                tls);
    }

    private static String withoutUser(URI url) {
        String text = url.toString();
        return url.getRawUserInfo() == null ? text : text.replace(url.getRawUserInfo() + "@", "");
    }
}
