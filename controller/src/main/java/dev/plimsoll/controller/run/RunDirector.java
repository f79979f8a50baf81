package dev.plimsoll.controller.run;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Leg;
import dev.plimsoll.agent.protocol.Plan;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunId;
import dev.plimsoll.reports.render.Progress;
import dev.plimsoll.reports.render.ProgressLine;
import dev.plimsoll.reports.results.GeneratorFitness;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.verdict.EarlierRuns;
import dev.plimsoll.reports.verdict.Judge;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.reports.verdict.Watch;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Scenario;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
    private static final Duration ADOPT_LIMIT = Duration.ofSeconds(10);
    private static final Duration INSPECT_PAUSE = Duration.ofSeconds(1);
    private static final Duration FIRST_READINGS_LIMIT = Duration.ofSeconds(5);
    private static final Duration INSPECT_LIMIT = Duration.ofMinutes(2);
    private static final Duration SMOKE_MARGIN = Duration.ofSeconds(10);
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final RunRequest request;
    private final Scenario scenario;
    private final RunObserver observer;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Secrets secrets;
    private final List<Leg> legs;
    private final double totalSeconds;
    private final Optional<Judge> judge;
    private Optional<Watch> watch = Optional.empty();
    private Optional<Baselines> baselines = Optional.empty();
    private final RunLoop loop = new RunLoop(this::tick);
    private final Fleet.@Nullable Factory factory;

    private @Nullable Crew crew;
    private @Nullable LegPlay play;
    private @Nullable UnderLoad underLoad;
    private Optional<Verdict.Check> smoke = Optional.empty();
    private Progress progress = Progress.NONE;

    /**
     * A run that has not begun.
     *
     * @param request what is to be run
     * @param observer watches it
     * @param clock tells wall time
     * @param random makes the run's id
     */
    public RunDirector(RunRequest request, RunObserver observer, InstantSource clock, RandomGenerator random) {
        this(request, observer, clock, random, (Fleet.@Nullable Factory) null);
    }

    /**
     * The same in this process, with a fleet that was opened early.
     *
     * @throws IllegalArgumentException for a request of agent processes
     */
    public RunDirector(
            RunRequest request, RunObserver observer, InstantSource clock, RandomGenerator random, EarlyFleet early) {
        this(request, observer, clock, random, directory -> early.take());
        if (request.agents() > 0) {
            throw new IllegalArgumentException("an early fleet is one agent in this process, not " + request.agents());
        }
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
        legs = Leg.of(scenario, request.openEnd());
        totalSeconds = seconds(Leg.of(scenario));
        judge = request.judge() ? scenario.gate().map(Judge::new) : Optional.empty();
    }

    /**
     * Runs it to its end. Blocks; called once. Whatever ends it, the bundle says so and has a report: also when no agent
     * could be started, for their logs are in it.
     *
     * @throws RunException when the bundle could not be made, with nothing sent
     */
    public RunOutcome run() throws RunException {
        Instant now = clock.instant();
        RunCard card = new RunCard(request, secrets, RunId.create(now, random), now);
        Ledger ledger = new Ledger(
                createBundle(card),
                legs,
                secrets,
                observer,
                clock,
                scenario.gate().map(GeneratorFitness.Limits::of).orElse(GeneratorFitness.Limits.DEFAULT));
        try {
            if (request.kept()) {
                observer.started(ledger.directory());
            }
            Optional<RunEnded> ended = direct(ledger, card);
            return new Conclusion(request, ledger, card, secrets, clock).conclude(ended, smoke, watch, baselines);
        } finally {
            /* Nothing is left to be written: a file that cannot be closed takes nothing away. */
            Conclusion.tryWrite(ledger::close);
        }
    }

    /**
     * Ends the run early, from any thread: the load stops at once, what ended is kept, and {@link #run} returns soon with
     * an aborted run. A run that has not begun ends as soon as it does; one that is over stays as it is.
     *
     * @param reason for the events, such as {@code interrupted by SIGTERM}
     */
    public void abort(String reason) {
        loop.execute(() -> {
            throw RunEnded.aborted(reason);
        });
    }

    /**
     * Ends the load early, from any thread: nothing more is scheduled, requests under way are awaited as at a phase's end,
     * and {@link #run} then returns with an aborted run.
     *
     * @param reason for the events, such as {@code interrupted by SIGINT}
     */
    public void stop(String reason) {
        loop.execute(() -> {
            throw RunEnded.decided(reason);
        });
    }

    private RunBundleWriter createBundle(RunCard card) throws RunException {
        if (!request.kept()) {
            return RunBundleWriter.nowhere(card.running());
        }
        try {
            return RunBundleWriter.create(
                    request.store(),
                    card.running(),
                    secrets.mask(request.scenario().masked()));
        } catch (BundleException e) {
            throw new RunException(e.getMessage() + "; nothing was sent", e);
        }
    }

    /** Everything with agents in it; tells what ended the run early. */
    private Optional<RunEnded> direct(Ledger ledger, RunCard card) {
        try (Crew opened = openCrew(ledger)) {
            LegPlay opening = new LegPlay(opened, ledger, card, loop, clock);
            crew = opened;
            play = opening;
            Optional<RunEnded> ended = sequence(opened, opening, ledger, card);
            if (ended.isPresent()) {
                opening.stopEarly(ended.get(), secrets.mask(ended.get().sentence()));
            }
            opened.release();
            card.agents(opened.links());
            return ended;
        } catch (RunException | BundleException e) {
            String sentence = String.valueOf(e.getMessage());
            Conclusion.tryWrite(() -> ledger.event("abort", sentence));
            return Optional.of(RunEnded.aborted(sentence));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(RunEnded.aborted("the run's thread was interrupted"));
        }
    }

    private Crew openCrew(Ledger ledger) throws RunException, InterruptedException {
        String run = ledger.results().run();
        Fleet fleet;
        if (factory != null) {
            fleet = factory.open(ledger.directory());
        } else if (request.agents() == 0) {
            fleet = LocalFleet.open(request.transport(), request.shards());
        } else {
            ledger.event("agents", "starting " + agents(request.agents()) + "; joining takes about 10 s");
            fleet = ProcessFleet.open(
                    request.agents(), ledger.directory(), secrets, request.transport(), "plimsoll-" + run);
        }
        return new Crew(fleet, run, loop, clock, new Crew.Handler() {
            @Override
            public void report(Report report) throws RunEnded {
                received(ledger, report);
            }

            @Override
            public void told(String sentence) {
                ledger.event("agents", sentence);
            }

            @Override
            public void lost(AgentLink link, String why) throws RunEnded {
                ledger.agentLost(link, why);
                if (play == null || !play.isEnding()) {
                    throw RunEnded.lost(why);
                }
            }
        });
    }

    private static String agents(int number) {
        return number == 1 ? "1 agent process" : number + " agent processes";
    }

    private Optional<RunEnded> sequence(Crew agents, LegPlay load, Ledger ledger, RunCard card)
            throws RunException, InterruptedException {
        try {
            Optional<PreflightRound> preflight =
                    request.preflight().map(lock -> new PreflightRound(scenario, lock, ledger, secrets));
            underLoad = UnderLoad.of(scenario, preflight, ledger);
            TargetFacts facts = getReady(agents, ledger, card, preflight);
            if (wantedSmoke().isPresent()) {
                smoke(agents, ledger, facts);
                if (facts.models().isEmpty()) {
                    // It may have been starting when it was looked at first.
                    facts = inspect(agents);
                    card.found(facts);
                    ledger.update(card.running());
                }
            }
            if (preflight.isPresent()) {
                // A target that was starting tells its version only now.
                preflight.get().target(facts);
            }
            if (judge.isPresent()) {
                watch = Optional.of(beginWatch(ledger, card));
            }
            for (Leg leg : legs) {
                load.play(leg, facts);
            }
            underLoad.over();
            agents.links().forEach(link -> link.state("finished"));
            return Optional.empty();
        } catch (RunEnded e) {
            return Optional.of(unlessUnfit(e, ledger));
        } catch (BundleException e) {
            return Optional.of(RunEnded.aborted(String.valueOf(e.getMessage())));
        }
    }

    /** What ended the run; where that was a decision, the machines' own failure goes before it. */
    private RunEnded unlessUnfit(RunEnded ended, Ledger ledger) {
        if (underLoad == null || ended.incomplete() || ledger.now() <= 0) {
            return ended;
        }
        try {
            underLoad.over();
            return ended;
        } catch (RunEnded unfit) {
            return unfit;
        }
    }

    /** Brings the agents up, lets them look at their machines, tells them their parts, and lets one look at the target. */
    private TargetFacts getReady(Crew agents, Ledger ledger, RunCard card, Optional<PreflightRound> preflight)
            throws RunEnded, RunException, InterruptedException {
        agents.assemble();
        agents.setClocks();
        List<AgentLink> links = agents.links();
        card.agents(links);
        ledger.agents(links);
        if (request.agents() > 0) {
            double seconds = Duration.between(ledger.started(), clock.instant()).toMillis() / MILLIS_PER_SECOND;
            ledger.event(
                    "agents",
                    String.format(Locale.ROOT, "%s ready after %.1f s", agents(links.size()), seconds),
                    Map.of("ready", links.size()));
        }
        if (preflight.isPresent()) {
            preflight.get().machines(agents);
        }
        adopt(agents, links);
        TargetFacts facts = wantedSmoke().isPresent() ? inspectUntilUp(agents, ledger) : inspect(agents);
        links.forEach(link -> link.state("ready"));
        card.found(facts);
        ledger.update(card.running());
        return facts;
    }

    private Optional<Gate.Smoke> wantedSmoke() {
        return judge.isPresent() ? scenario.gate().flatMap(Gate::smoke) : Optional.empty();
    }

    /** Nothing is asked of a plain HTTP target, so there is no need to ask an agent, either. */
    private TargetFacts inspect(Crew agents) throws RunEnded, InterruptedException {
        if (scenario.target().api() == Api.HTTP) {
            return new TargetFacts(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    TargetFacts.Vocabulary.BUILT_IN,
                    List.of());
        }
        AgentLink one = agents.links().getFirst();
        Answer answer = agents.ask(List.of(one), link -> new Command.Inspect(agents.run()), INSPECT_LIMIT)
                .get(one);
        if (!(answer instanceof Answer.Inspected inspected)) {
            throw RunEnded.aborted("an agent answered Inspect with something else");
        }
        return inspected.facts();
    }

    /**
     * Asks again while a target that was just deployed is still starting, as long as its smoke test may take. One that
     * does not come up has failed its smoke test.
     */
    private TargetFacts inspectUntilUp(Crew agents, Ledger ledger) throws RunEnded, InterruptedException {
        Duration timeout = wantedSmoke().orElseThrow().timeout();
        Instant end = clock.instant().plus(timeout);
        while (true) {
            try {
                return inspect(agents);
            } catch (RunEnded no) {
                if (!no.isRefusal()) {
                    throw no;
                }
                if (!clock.instant().isBefore(end)) {
                    String sentence = secrets.mask(no.sentence());
                    SmokeCheck failed = SmokeCheck.neverUp(sentence, timeout);
                    smoke = Optional.of(failed.check());
                    ledger.event("smoke", failed.check().sentence(), failed.detail());
                    throw RunEnded.decided(failed.check().sentence());
                }
                loop.await(() -> false, INSPECT_PAUSE);
            }
        }
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
                        total,
                        request.openEnd().isPresent())),
                ADOPT_LIMIT);
    }

    private void smoke(Crew agents, Ledger ledger, TargetFacts facts) throws RunEnded, InterruptedException {
        Optional<Gate.Smoke> wanted = wantedSmoke();
        if (wanted.isEmpty()) {
            return;
        }
        Duration limit =
                wanted.get().timeout().plus(scenario.target().timeout()).plus(SMOKE_MARGIN);
        AgentLink one = agents.links().getFirst();
        Answer answer = agents.ask(List.of(one), link -> new Command.Smoke(agents.run(), facts), limit)
                .get(one);
        if (!(answer instanceof Answer.Smoked smoked)) {
            throw RunEnded.aborted("an agent answered Smoke with something else");
        }
        SmokeCheck found = SmokeCheck.of(smoked.result(), secrets);
        String sentence = found.check().sentence();
        smoke = Optional.of(found.check());
        ledger.event("smoke", sentence, found.detail());
        if (!found.passed()) {
            throw RunEnded.decided("the smoke test failed: " + sentence);
        }
    }

    private void tick() throws RunEnded {
        if (crew != null) {
            crew.look();
        }
        if (play != null) {
            play.tick();
        }
    }

    private void received(Ledger ledger, Report report) throws RunEnded {
        switch (report) {
            case Report.Interval interval -> merged(ledger, ledger.interval(interval.snapshot()));
            case Report.Sample sample -> {
                ledger.sample(sample.sample());
                if (underLoad != null && play != null && !play.isEnding()) {
                    underLoad.sample(sample.sample());
                }
            }
            case Report.Event event -> ledger.event(event.event());
            case Report.LegEnded ended -> {
                if (play != null) {
                    play.ended(ended);
                }
                merged(ledger, ledger.legEnded(ended.agent(), ended.leg(), ended.intervals()));
            }
            case Report.Hello hello -> {}
            case Report.Beat beat -> {}
        }
    }

    private static double seconds(List<Leg> legs) {
        return legs.stream()
                .mapToDouble(one -> one.duration().toNanos() / NANOS_PER_SECOND)
                .sum();
    }

    private void merged(Ledger ledger, List<MergedInterval> complete) throws RunEnded {
        if (complete.isEmpty() || play == null) {
            return;
        }
        complete.forEach(interval -> progress = progress.plus(interval));
        List<String> atRisk = judge.map(j -> j.atRisk(ledger.results())).orElse(List.of());
        double total = ledger.now() > totalSeconds ? seconds(legs) : totalSeconds;
        observer.progress(new ProgressLine.Place(ledger.now(), total, play.phase(), atRisk), progress);
        if (watch.isPresent() && !play.isEnding()) {
            Optional<Watch.Advice> advice = watch.get().look(ledger.results());
            if (advice.isPresent()) {
                follow(advice.get(), play, ledger);
            }
        }
    }

    /**
     * Comparisons are watched only where the gate may move the end; the baseline is read before load begins, once GPUs have
     * told of what kind they are, so that the verdict has the same.
     */
    private Watch beginWatch(Ledger ledger, RunCard card) throws RunEnded, InterruptedException {
        Gate gate = scenario.gate().orElseThrow();
        if (request.openEnd().isPresent() && gate.baseline().isPresent()) {
            loop.await(() -> Baselines.knowsGpus(scenario, ledger.results()), FIRST_READINGS_LIMIT);
            baselines = Optional.of(Baselines.find(
                    scenario.gate(), request.store(), card.running(), ledger.results(), Optional.empty()));
        }
        return new Watch(gate, request.openEnd(), baselines.map(Baselines::runs).orElse(EarlierRuns.NONE));
    }

    private void follow(Watch.Advice advice, LegPlay load, Ledger ledger) throws RunEnded {
        switch (advice.step()) {
            case STOP -> throw RunEnded.decided(advice.sentence());
            case EXTEND -> ledger.event("extend", advice.sentence());
            case END -> load.endSoon(advice.sentence());
            case END_AS_PLANNED -> load.endAfter(request.openEnd().orElseThrow().planned(), advice.sentence());
        }
    }
}
