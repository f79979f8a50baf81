package dev.plimsoll.controller.run;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Leg;
import dev.plimsoll.agent.protocol.Plan;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.protocol.SmokeResult;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunId;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.render.Progress;
import dev.plimsoll.reports.render.ProgressLine;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Evidence;
import dev.plimsoll.reports.verdict.Judge;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Scenario;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Directs one run from its first greeting to its verdict.
 *
 * <p>The life of a run: the bundle is made; agents are brought up and greet; their clocks are compared with this one;
 * each is told its part; one looks at the target and, for a gate, runs the smoke test; then leg after leg is prepared
 * and started on all agents at one instant, and their intervals are merged and written as they come; agents are let go;
 * the run is judged and reported. Whatever goes wrong on the way is a {@link RunEnded}, which leads to the same end with
 * what there is. A lost agent ends the run at once: the load would not be the one that was asked for.
 *
 * <p>All of it happens on the thread that calls {@link #run}; others put things into its {@link RunLoop}.
 */
public final class RunDirector {
    private static final Duration QUICK = Duration.ofSeconds(10);
    private static final Duration INSPECT_LIMIT = Duration.ofMinutes(2);
    private static final Duration PREPARE_LIMIT = Duration.ofMinutes(2);
    private static final Duration MARGIN = Duration.ofSeconds(10);
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);
    private static final Duration AHEAD = Duration.ofMillis(400);
    private static final double NANOS_PER_SECOND = 1e9;

    private final RunRequest request;
    private final Scenario scenario;
    private final RunObserver observer;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Secrets secrets;
    private final List<Leg> legs;
    private final double totalSeconds;
    private final Optional<Judge> judge;
    private final RunLoop loop = new RunLoop(this::tick);
    private final Fleet.@Nullable Factory factory;
    private volatile boolean running;

    private @Nullable Crew crew;
    private @Nullable Ledger ledger;
    private Optional<TargetFacts> facts = Optional.empty();
    private Optional<Verdict.Check> smoke = Optional.empty();
    private Optional<Instant> loadStarted = Optional.empty();
    private Progress progress = Progress.NONE;
    private @Nullable Leg leg;
    private int slot = -1;
    private Instant legStart = Instant.MAX;
    private boolean ending;

    /**
     * A run that has not begun.
     *
     * @param request what is to be run
     * @param observer watches it
     * @param clock tells wall time
     * @param random makes the run's id
     */
    public RunDirector(RunRequest request, RunObserver observer, InstantSource clock, RandomGenerator random) {
        this(request, observer, clock, random, null);
    }

    /** The same with agents of another make. */
    RunDirector(
            RunRequest request,
            RunObserver observer,
            InstantSource clock,
            RandomGenerator random,
            Fleet.@Nullable Factory factory) {
        this.request = requireNonNull(request, "request");
        this.observer = requireNonNull(observer, "observer");
        this.clock = requireNonNull(clock, "clock");
        this.random = requireNonNull(random, "random");
        this.factory = factory;
        scenario = request.scenario().scenario();
        secrets = new Secrets(request.scenario().secrets());
        legs = Leg.of(scenario);
        totalSeconds = legs.stream()
                .mapToDouble(one -> one.duration().toNanos() / NANOS_PER_SECOND)
                .sum();
        judge = request.judge() ? scenario.gate().map(Judge::new) : Optional.empty();
    }

    /**
     * Runs it to its end. Blocks; called once. Whatever ends it, the bundle says so and has a report.
     *
     * @throws RunException when it could not be begun (no bundle, no bus), with nothing sent
     */
    public RunOutcome run() throws RunException {
        if (request.judge() && scenario.gate().flatMap(Gate::extendUntil).isPresent()) {
            throw new RunException("gate.extend_until is not supported: leave it out, and make the phase longer");
        }
        RunBundleWriter writer = createBundle();
        running = true;
        try (Ledger written = new Ledger(writer, legs, secrets, observer, clock)) {
            ledger = written;
            observer.started(writer.directory());
            Optional<RunEnded> ended = direct(written);
            running = false;
            return conclude(written, ended);
        } finally {
            running = false;
        }
    }

    /**
     * Ends the run early, from any thread: the load stops at once, what ended is kept, and {@link #run} returns soon with
     * an aborted run. Does nothing before the start or after the end.
     *
     * @param reason for the events, such as {@code interrupted by SIGTERM}
     */
    public void abort(String reason) {
        if (running) {
            loop.execute(() -> {
                throw RunEnded.aborted(reason);
            });
        }
    }

    private RunBundleWriter createBundle() throws RunException {
        Instant now = clock.instant();
        RunInfo info = new RunInfo(
                RunInfo.FORMAT,
                RunId.create(now, random),
                new RunInfo.ScenarioRef(scenario.name(), request.scenario().loadHash()),
                RunInfo.Status.RUNNING,
                "",
                now,
                Optional.empty(),
                Optional.empty(),
                BuildVersion.number(),
                request.transport().orElse(""),
                List.of(),
                target(),
                List.of());
        try {
            return RunBundleWriter.create(
                    request.store(), info, secrets.mask(request.scenario().masked()));
        } catch (BundleException e) {
            throw new RunException(e.getMessage() + "; nothing was sent", e);
        }
    }

    /** Everything with agents in it; tells what ended the run early. */
    private Optional<RunEnded> direct(Ledger written) {
        Optional<RunEnded> ended = Optional.empty();
        try (Crew opened = openCrew(written)) {
            crew = opened;
            try {
                sequence(opened, written);
            } catch (RunEnded e) {
                ended = Optional.of(e);
            } catch (BundleException e) {
                ended = Optional.of(RunEnded.aborted(String.valueOf(e.getMessage())));
            }
            if (ended.isPresent()) {
                stopEarly(opened, written, ended.get());
            }
            opened.tell(new Command.Release(opened.run()));
        } catch (RunException e) {
            return Optional.of(RunEnded.aborted(String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(RunEnded.aborted("the run's thread was interrupted"));
        }
        return ended;
    }

    private Crew openCrew(Ledger written) throws RunException, InterruptedException {
        String run = written.writer().info().run();
        Fleet fleet;
        if (factory != null) {
            fleet = factory.open(written.writer().directory());
        } else if (request.agents() == 0) {
            fleet = LocalFleet.open(request.transport());
        } else {
            fleet = ProcessFleet.open(
                    request.agents(), written.writer().directory(), secrets, request.transport(), "plimsoll-" + run);
        }
        return new Crew(fleet, run, loop, clock, new Crew.Handler() {
            @Override
            public void report(Report report) throws RunEnded {
                received(written, report);
            }

            @Override
            public void lost(AgentLink link, String why) throws RunEnded {
                written.agentLost(link, why);
                if (!ending) {
                    throw RunEnded.partial(why);
                }
            }
        });
    }

    private void sequence(Crew agents, Ledger written) throws RunEnded, RunException, InterruptedException {
        String run = agents.run();
        agents.assemble();
        agents.setClocks();
        List<AgentLink> links = agents.links();
        written.agents(links);
        adopt(agents, links);
        List<AgentLink> one = List.of(links.getFirst());
        Answer inspected =
                agents.ask(one, link -> new Command.Inspect(run), INSPECT_LIMIT).get(one.getFirst());
        if (!(inspected instanceof Answer.Inspected found)) {
            throw RunEnded.aborted("an agent answered Inspect with something else");
        }
        facts = Optional.of(found.facts());
        links.forEach(link -> link.state("ready"));
        update(written, RunInfo.Status.RUNNING, "", Optional.empty());
        if (judge.isPresent()) {
            smoke(agents, written, one, found.facts());
        }
        for (Leg next : legs) {
            play(agents, written, next, found.facts());
        }
        links.forEach(link -> link.state("finished"));
    }

    private void adopt(Crew agents, List<AgentLink> links) throws RunEnded, InterruptedException {
        int total = links.stream().mapToInt(link -> link.facts().shards()).sum();
        Map<AgentLink, Integer> first = new HashMap<>();
        int next = 0;
        for (AgentLink link : links) {
            first.put(link, next);
            next += link.facts().shards();
        }
        agents.ask(
                links,
                link -> new Command.Adopt(new Plan(
                        agents.run(),
                        request.scenario().resolved(),
                        request.scenario().promptFiles(),
                        first.getOrDefault(link, 0),
                        total)),
                QUICK);
    }

    private void smoke(Crew agents, Ledger written, List<AgentLink> one, TargetFacts found)
            throws RunEnded, InterruptedException {
        Optional<Gate.Smoke> wanted = scenario.gate().flatMap(Gate::smoke);
        if (wanted.isEmpty()) {
            return;
        }
        Duration limit =
                wanted.get().timeout().plus(scenario.target().timeout()).plus(MARGIN);
        Answer answer = agents.ask(one, link -> new Command.Smoke(agents.run(), found), limit)
                .get(one.getFirst());
        if (!(answer instanceof Answer.Smoked smoked)) {
            throw RunEnded.aborted("an agent answered Smoke with something else");
        }
        SmokeResult result = smoked.result();
        String sentence = secrets.mask(result.sentence());
        smoke = Optional.of(new Verdict.Check(
                "smoke",
                Verdict.Kind.SMOKE,
                result.passed() ? Verdict.CheckOutcome.PASS : Verdict.CheckOutcome.FAIL,
                Optional.empty(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                result.attempts().size(),
                sentence));
        List<String> attempts = result.attempts().stream()
                .map(a -> a.request() + ": " + a.sentence() + " (status " + a.status() + "); sent " + a.sent()
                        + "; answered " + a.answered())
                .toList();
        written.event("smoke", sentence, Map.of("passed", result.passed(), "attempts", attempts));
        if (!result.passed()) {
            throw RunEnded.decided("the smoke test failed: " + sentence);
        }
    }

    private void play(Crew agents, Ledger written, Leg next, TargetFacts found) throws RunEnded, InterruptedException {
        String run = agents.run();
        agents.ask(agents.living(), link -> new Command.PrepareLeg(run, next.index(), found), PREPARE_LIMIT);
        legStart = clock.instant().plus(AHEAD);
        if (loadStarted.isEmpty()) {
            loadStarted = Optional.of(legStart);
        }
        slot = -1;
        leg = next;
        written.legStarts(next.index(), legStart);
        update(written, RunInfo.Status.RUNNING, "", Optional.empty());
        agents.ask(
                agents.living(),
                link -> new Command.StartLeg(run, next.index(), Crew.wallMicros(legStart, link)),
                QUICK);
        Duration limit = AHEAD.plus(drain(next)).plus(MARGIN);
        if (!loop.await(() -> allEnded(agents, next), limit)) {
            throw RunEnded.partial("not all agents ended leg " + next.index() + " within " + limit.toSeconds() + " s");
        }
        leg = null;
    }

    private static boolean allEnded(Crew agents, Leg which) {
        return agents.living().stream().allMatch(link -> link.hasEnded(which.index()));
    }

    private void tick() throws RunEnded {
        if (crew != null) {
            crew.look();
        }
        Leg current = leg;
        if (current != null
                && ledger != null
                && !ending
                && slot + 1 < current.slots().size()) {
            Leg.Slot next = current.slots().get(slot + 1);
            if (!clock.instant().isBefore(legStart.plus(next.start()))) {
                slot++;
                ledger.event(
                        "phase",
                        "phase " + next.phase().name() + " began",
                        Map.of("phase", next.phase().name(), "round", current.round(), "leg", current.index()));
            }
        }
    }

    private void received(Ledger written, Report report) throws RunEnded {
        switch (report) {
            case Report.Interval interval -> merged(written, written.interval(interval.snapshot()));
            case Report.Sample sample -> written.sample(sample.sample());
            case Report.Event event -> written.event(event.event());
            case Report.LegEnded ended -> {
                merged(written, written.legEnded(ended.agent(), ended.leg(), ended.intervals()));
                for (AgentLink link : crew == null ? List.<AgentLink>of() : crew.links()) {
                    if (link.id().equals(ended.agent())) {
                        link.legEnded(ended.leg());
                    }
                }
            }
            case Report.Hello hello -> {}
            case Report.Beat beat -> {}
        }
    }

    private void merged(Ledger written, List<MergedInterval> complete) throws RunEnded {
        for (MergedInterval interval : complete) {
            progress = progress.plus(interval);
            Leg current = leg;
            String phase = current == null || slot < 0
                    ? ""
                    : current.slots().get(slot).phase().name();
            List<String> atRisk = judge.map(j -> j.atRisk(written.results())).orElse(List.of());
            observer.progress(new ProgressLine.Place(written.now(), totalSeconds, phase, atRisk), progress);
        }
        boolean watch = scenario.gate().map(Gate::abortWhenHopeless).orElse(false);
        if (watch && !ending && !complete.isEmpty()) {
            Optional<String> hopeless = judge.flatMap(j -> j.hopeless(written.results()));
            if (hopeless.isPresent()) {
                throw RunEnded.decided(hopeless.get());
            }
        }
    }

    /** Stops what is loaded, and waits a little for what agents still have to say. */
    private void stopEarly(Crew agents, Ledger written, RunEnded why) throws InterruptedException {
        ending = true;
        Leg current = leg;
        try {
            written.event("abort", why.sentence());
            if (current != null) {
                Duration since = Duration.between(legStart, clock.instant());
                written.results().legStopped(current.index(), Math.max(0, since.toNanos() / NANOS_PER_SECOND));
            }
            String reason = secrets.mask(why.sentence());
            if (current != null && !why.incomplete()) {
                agents.tell(new Command.StopLeg(agents.run(), current.index(), reason));
                lastWords(
                        agents,
                        current,
                        drain(current).minus(current.duration()).plus(MARGIN));
            }
            agents.tell(new Command.Abort(agents.run(), reason));
            if (current != null) {
                lastWords(agents, current, LAST_WORDS);
            }
        } catch (BundleException further) {
            /* The run is ending already, for the first reason. */
            return;
        }
    }

    /** Waits for the ends of a leg; further reasons to end the run do not cut the wait short. */
    private void lastWords(Crew agents, Leg which, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean over = false;
        while (!over) {
            try {
                loop.await(() -> allEnded(agents, which), Duration.ofNanos(deadline - System.nanoTime()));
                over = true;
            } catch (RunEnded further) {
                over = System.nanoTime() >= deadline;
            }
        }
    }

    private static Duration drain(Leg which) {
        return which.slots().stream()
                .map(one -> one.end().plus(one.phase().drain()))
                .max(Duration::compareTo)
                .orElse(which.duration());
    }

    private RunOutcome conclude(Ledger written, Optional<RunEnded> ended) {
        RunBundleWriter writer = written.writer();
        RunInfo.Status status = ended.map(RunEnded::status).orElse(RunInfo.Status.FINISHED);
        String reason = secrets.mask(ended.map(RunEnded::sentence).orElse(""));
        Conclusion.tryWrite(() -> {
            written.noLoad();
            written.flush();
        });
        Summary summary = written.results().summary();
        Conclusion.tryWrite(() -> update(written, status, reason, Optional.of(clock.instant())));
        Baselines baselines = judge.isEmpty()
                ? new Baselines(List.of(), "")
                : Baselines.find(
                        scenario.gate().flatMap(Gate::baseline),
                        request.store(),
                        request.scenario().loadHash());
        Evidence evidence = new Evidence(
                written.results(),
                smoke,
                baselines.runs(),
                baselines.problem(),
                ended.filter(RunEnded::incomplete).isPresent() ? List.of(reason) : List.of());
        Optional<Verdict> verdict = judge.isEmpty()
                ? Optional.empty()
                : scenario.gate().map(gate -> Conclusion.judge(gate, evidence, status));
        Optional<String> problem =
                Conclusion.tryWrite(() -> Conclusion.write(writer, scenario, summary, verdict, baselines.runs()));
        problem.ifPresent(sentence -> Conclusion.tryWrite(() -> written.event("bundle", sentence)));
        return new RunOutcome(writer.directory(), writer.info(), summary, verdict);
    }

    private void update(Ledger written, RunInfo.Status status, String reason, Optional<Instant> end) {
        List<AgentLink> links = crew == null ? List.of() : crew.links();
        String transport = links.isEmpty()
                ? request.transport().orElse("")
                : links.getFirst().facts().transport();
        written.update(
                status,
                reason,
                new Ledger.Progressing(
                        end,
                        loadStarted,
                        transport,
                        links.stream().map(AgentLink::ref).toList(),
                        target(),
                        facts.map(TargetFacts::notes).orElse(List.of())));
    }

    private RunInfo.TargetRef target() {
        return new RunInfo.TargetRef(
                scenario.target().urls().stream().map(RunDirector::withoutUser).toList(),
                facts.map(TargetFacts::models).orElse(List.of()),
                facts.flatMap(TargetFacts::model).orElse(""),
                facts.flatMap(TargetFacts::vllmVersion).orElse(""),
                facts.map(TargetFacts::cacheConfig).orElse(Map.of()));
    }

    private static String withoutUser(URI url) {
        String text = url.toString();
        return url.getRawUserInfo() == null ? text : text.replace(url.getRawUserInfo() + "@", "");
    }
}
