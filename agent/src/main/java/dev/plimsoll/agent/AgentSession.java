package dev.plimsoll.agent;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.engine.ConnectionLimits;
import dev.plimsoll.agent.engine.HttpChoice;
import dev.plimsoll.agent.engine.Rendering;
import dev.plimsoll.agent.engine.RequestRenderer;
import dev.plimsoll.agent.engine.Shard;
import dev.plimsoll.agent.engine.ShardPlan;
import dev.plimsoll.agent.engine.SlotLoad;
import dev.plimsoll.agent.engine.SupplyLine;
import dev.plimsoll.agent.engine.TargetClient;
import dev.plimsoll.agent.engine.TimerSlack;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.inspect.SmokeTest;
import dev.plimsoll.agent.inspect.TargetInspector;
import dev.plimsoll.agent.probes.Probes;
import dev.plimsoll.agent.probes.ProcFiles;
import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Leg;
import dev.plimsoll.agent.protocol.Plan;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.agent.watch.SelfWatch;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Node;
import dev.plimsoll.scenarios.OpenEnd;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.RequestSpec;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Timer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One run on one agent, from its adoption to its release. Confined to the agent's context. */
final class AgentSession {
    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);
    private static final long MICROS_PER_MILLI = 1_000;

    /** How long a release awaits last reports: less than the controller awaits its answer. */
    static final Duration LONGEST_RELEASE = Duration.ofMillis(2_500);

    /** The same when there is probably nobody to hear them. */
    static final Duration LONGEST_LOST_RELEASE = Duration.ofMillis(500);

    private final Vertx vertx;
    private final Context context;
    private final AgentFacts facts;
    private final RequestMaker maker;
    private final Plan plan;
    private final Scenario scenario;
    private final Ground ground;
    private final List<Leg> legs;
    private final List<EventLoop> loops;
    private final Outbox outbox;
    private final EventLog events;
    private final ExecutorService executor;
    private final HttpFetch fetch;
    private final SelfWatch watch;
    private final Probes probes;
    private volatile List<Shard> shards = List.of();
    private @Nullable LegRun prepared;
    private @Nullable LegRun running;
    private @Nullable HttpChoice choice;
    private boolean preparing;
    private int aborts;
    private final Promise<Void> loadOver = Promise.promise();
    private @Nullable Future<Answer> release;

    /** Makes the requests of a run. */
    interface RequestMaker {
        /** The requests of that scenario; fails with a sentence for a person. */
        RequestFactory of(Scenario scenario, TargetFacts facts, Map<String, String> promptFiles);

        /** How they become bytes for that target. */
        default Rendering rendering(Target target) {
            return new RequestRenderer(target)::render;
        }
    }

    /** Takes the agent for a run; starts watching and probing. */
    AgentSession(
            Vertx vertx,
            Context context,
            AgentFacts facts,
            RequestMaker maker,
            Plan plan,
            Scenario scenario,
            Ground ground) {
        this.vertx = requireNonNull(vertx, "vertx");
        this.context = requireNonNull(context, "context");
        this.facts = requireNonNull(facts, "facts");
        this.maker = requireNonNull(maker, "maker");
        this.plan = requireNonNull(plan, "plan");
        this.scenario = requireNonNull(scenario, "scenario");
        this.ground = requireNonNull(ground, "ground");
        if (plan.firstShard() + facts.shards() > plan.totalShards()) {
            throw new IllegalArgumentException("shards " + plan.firstShard() + " to "
                    + (plan.firstShard() + facts.shards() - 1) + " of " + plan.totalShards() + " do not exist");
        }
        legs = Leg.of(scenario, plan.openEnd() ? OpenEnd.of(scenario) : Optional.empty());
        loops = LoadLoops.take(vertx, context, facts.shards());
        loops.forEach(loop -> loop.execute(TimerSlack::giveUp));
        outbox = new Outbox(vertx, context, plan.run(), facts.id());
        events = new EventLog(plan.run(), facts.id(), outbox::send);
        executor = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("plimsoll-intervals").daemon().factory());
        fetch = new HttpFetch(vertx, scenario.target().tls(), scenario.target().http() == Target.Http.HTTP_2);
        watch = new SelfWatch(loops, this::openConnections, new ProcFiles(Path.of("/")), System::nanoTime);
        executor.execute(watch::start);
        List<Node> mine = scenario.nodes().stream().filter(this::isMine).toList();
        probes = Probes.start(
                vertx,
                facts.id(),
                mine,
                sample -> outbox.send(new Report.Sample(plan.run(), sample)),
                remark -> events.tell(
                        "probe", remark.sentence(), Map.of("node", remark.node(), "probe", remark.probe())));
    }

    private boolean isMine(Node node) {
        return node.agent().map(facts.label()::equals).orElse(plan.firstShard() == 0);
    }

    /** The run's id. */
    String run() {
        return plan.run();
    }

    /** Tells of what may go wrong with the load here. */
    void warn(String sentence) {
        events.tell("sockets", sentence, Map.of());
    }

    /** Whether load runs. */
    boolean loading() {
        return running != null;
    }

    private int openConnections() {
        // Read from another thread than the loops': a count that is a little old does no harm.
        return shards.stream().mapToInt(Shard::openConnections).sum();
    }

    // Before load

    Future<Answer> inspect() {
        return new TargetInspector(fetch).inspect(scenario.target()).map(Answer.Inspected::new);
    }

    Future<Answer> smoke(TargetFacts target) {
        Optional<Gate.Smoke> smoke = scenario.gate().flatMap(Gate::smoke);
        if (smoke.isEmpty()) {
            return refused("the scenario has no smoke test: leave the command out");
        }
        return vertx.executeBlocking(() -> maker.of(scenario, target, plan.promptFiles()), false)
                .compose(requests -> new SmokeTest(vertx, fetch).run(scenario, smoke.get(), requests))
                .map(Answer.Smoked::new);
    }

    // Legs

    Future<Answer> prepare(int index, TargetFacts target) {
        if (index < 0 || index >= legs.size()) {
            return refused("leg " + index + " does not exist: the scenario has " + legs.size());
        }
        if (running != null || preparing || prepared != null) {
            return refused("leg " + index + " cannot be prepared while another is prepared or runs: wait for its end");
        }
        preparing = true;
        Leg leg = legs.get(index);
        return vertx.executeBlocking(() -> maker.of(scenario, target, plan.promptFiles()), false)
                .compose(requests -> spoken().compose(http -> equip(leg, requests, http)))
                .onComplete(done -> preparing = false);
    }

    /** The version of HTTP, asked for once unless a server does not answer. */
    private Future<Target.Http> spoken() {
        HttpChoice known = choice;
        if (known != null) {
            return Future.succeededFuture(known.http());
        }
        Promise<Target.Http> promise = Promise.promise();
        ground.choose(loops.getFirst(), Transports.sockets(vertx), connectTimeout())
                .onSuccess(chosen -> context.runOnContext(ignored -> {
                    choice = chosen.sure() ? chosen : null;
                    tellSpoken(chosen.http());
                    promise.complete(chosen.http());
                }));
        return promise.future();
    }

    private void tellSpoken(Target.Http http) {
        String tls = ground.tls().orElse("none");
        String by = tls.equals("none") ? "without TLS" : "TLS by " + (tls.equals("jdk") ? "the JDK" : "OpenSSL");
        events.tell(
                "connections",
                1,
                "connections",
                "the target is spoken to in HTTP/" + http.label() + ", " + by,
                Map.of("http", http.label(), "tls", tls));
    }

    private Future<Answer> equip(Leg leg, RequestFactory factory, Target.Http http) {
        List<String> requests =
                scenario.workload().stream().map(RequestSpec::name).toList();
        LegRun run = new LegRun(
                plan.run(),
                facts.id(),
                leg,
                requests,
                executor,
                outbox::send,
                events,
                () -> context.runOnContext(ignored -> legEnded()));
        LegListener listener = new LegListener(run, events, requests);
        List<AtomicLong> budgets = SupplyLine.budgets(leg.slots().size());
        Rendering renderer = maker.rendering(scenario.target());
        int abortsBefore = aborts;
        List<Shard> fresh = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            ShardPlan shard = shardPlan(leg, i);
            TargetClient client = ground.client(http, loops.get(i), Transports.sockets(vertx), limits(shard));
            fresh.add(new Shard(shard, loops.get(i), client, factory, renderer, budgets, listener));
        }
        shards = List.copyOf(fresh);
        SupplyLine supply = new SupplyLine(fresh, Math.max(1, facts.cores() / 2), run::unrendered);
        run.equip(fresh, loops, supply, watch);
        Future<Long> rendered = Future.fromCompletionStage(supply.ready(), context);
        return rendered.compose(count -> connect().map(open -> {
                    if (release != null || aborts > abortsBefore) {
                        run.discard();
                        return (Answer) new Answer.Refused("the run was aborted or released meanwhile");
                    }
                    prepared = run;
                    return new Answer.Prepared(leg.index(), count, open, http.label(), ground.tls());
                }))
                .onFailure(failure -> run.discard());
    }

    private void legEnded() {
        running = null;
        if (release != null) {
            loadOver.tryComplete();
        }
    }

    private ShardPlan shardPlan(Leg leg, int shard) {
        List<String> phases = scenario.phases().stream().map(Phase::name).toList();
        List<SlotLoad> slots = leg.slots().stream()
                .map(slot -> new SlotLoad(
                        slot.phase(),
                        phases.indexOf(slot.phase().name()),
                        slot.start().toNanos(),
                        slot.end().toNanos()))
                .toList();
        return new ShardPlan(
                plan.firstShard() + shard,
                plan.totalShards(),
                scenario.seed(),
                leg.round(),
                slots,
                scenario.workload().size(),
                scenario.target(),
                scenario.objectives());
    }

    private ConnectionLimits limits(ShardPlan shard) {
        int max = Math.max(1, shard.share(scenario.target().connections().max()));
        return new ConnectionLimits(max, scenario.target().connections().reuse(), connectTimeout());
    }

    private Duration connectTimeout() {
        Duration timeout = scenario.target().timeout();
        return timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT;
    }

    private Future<Integer> connect() {
        List<Future<Integer>> opening = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            Shard shard = shards.get(i);
            Promise<Integer> promise = Promise.promise();
            loops.get(i)
                    .execute(() -> shard.open().addListener(opened -> {
                        Object count = opened.getNow();
                        context.runOnContext(ignored -> promise.complete(count instanceof Integer number ? number : 0));
                    }));
            opening.add(promise.future());
        }
        return Future.all(opening).map(all -> {
            int sum = 0;
            for (Object count : all.list()) {
                sum += (Integer) count;
            }
            return sum;
        });
    }

    Answer start(int index, long wallMicros) {
        LegRun leg = prepared;
        if (leg == null || leg.leg().index() != index) {
            return new Answer.Refused("leg " + index + " is not prepared: send prepare_leg first");
        }
        prepared = null;
        running = leg;
        long nanos = WallClock.nanosAt(wallMicros);
        executor.execute(() -> leg.start(nanos, wallMicros));
        return new Answer.Done();
    }

    Answer end(int index, long wallMicros) {
        LegRun leg = running;
        if (leg == null || leg.leg().index() != index) {
            return new Answer.Refused("leg " + index + " does not run, so its end cannot be set");
        }
        long now = WallClock.micros();
        long at = Math.max(wallMicros, now);
        if (at > wallMicros) {
            events.tell(
                    "end",
                    "the end of the load was told " + (at - wallMicros) / MICROS_PER_MILLI
                            + " ms too late: it ends now",
                    Map.of("leg", Integer.toString(index)));
        }
        executor.execute(() -> leg.endAt(at));
        return new Answer.Ends(index, at);
    }

    Answer stop(int index, String reason) {
        LegRun leg = running;
        if (leg == null || leg.leg().index() != index) {
            return new Answer.Refused("leg " + index + " does not run, so it cannot be stopped");
        }
        events.tell("stop", "the leg was stopped early: " + reason, Map.of("leg", Integer.toString(index)));
        executor.execute(leg::stop);
        return new Answer.Done();
    }

    /** Ends all load now. */
    Answer abort(String reason) {
        aborts++;
        LegRun leg = running;
        if (leg != null) {
            events.tell("abort", "load was ended at once: " + reason, Map.of());
            executor.execute(leg::abort);
        }
        LegRun waiting = prepared;
        if (waiting != null) {
            prepared = null;
            executor.execute(waiting::discard);
        }
        return new Answer.Done();
    }

    /**
     * Ends everything. Load that still runs is aborted; what it and the probes have to tell is sent before this
     * completes, unless that takes longer than {@code longest}.
     */
    Future<Answer> release(Duration longest) {
        Future<Answer> begun = release;
        if (begun != null) {
            return begun;
        }
        Promise<Answer> promise = Promise.promise();
        release = promise.future();
        abort("the run was released");
        if (running == null) {
            loadOver.tryComplete();
        }
        Timer limit = vertx.timer(longest.toMillis(), TimeUnit.MILLISECONDS);
        Future<Void> told = Future.join(loadOver.future(), probes.stop()).transform(over -> outbox.drained());
        Future.any(told, limit)
                .transform(over -> {
                    limit.cancel();
                    return fetch.close();
                })
                .onComplete(closed -> {
                    LegRun stuck = running;
                    if (stuck != null) {
                        executor.execute(stuck::discard);
                    }
                    executor.execute(watch::close);
                    executor.shutdown();
                    promise.complete(new Answer.Done());
                });
        return promise.future();
    }

    static Future<Answer> refused(String reason) {
        return Future.succeededFuture(new Answer.Refused(reason));
    }

    /** The answer to a command that is about this run. */
    Future<Answer> handle(Command command) {
        return switch (command) {
            case Command.Inspect inspect -> inspect();
            case Command.Smoke smoke -> smoke(smoke.facts());
            case Command.PrepareLeg prepare -> prepare(prepare.leg(), prepare.facts());
            case Command.StartLeg start -> Future.succeededFuture(start(start.leg(), start.wallMicros()));
            case Command.EndLeg end -> Future.succeededFuture(end(end.leg(), end.wallMicros()));
            case Command.StopLeg stop -> Future.succeededFuture(stop(stop.leg(), stop.reason()));
            case Command.Abort abort -> Future.succeededFuture(abort(abort.reason()));
            case Command.Release release -> release(LONGEST_RELEASE);
            case Command.Look look -> refused("a look is about no run");
            case Command.LookAtPages look -> refused("a look is about no run");
            case Command.Ping ping -> refused("a ping is about no run");
            case Command.Adopt adopt -> refused("this agent serves run " + run() + ": use another");
        };
    }
}
