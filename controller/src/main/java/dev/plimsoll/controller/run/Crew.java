package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.ProtocolException;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.reports.bundle.BundleException;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The agents of a run and the talk with them. Reports are acknowledged on the bus' thread at once, and handed to the
 * run's thread in the order they came.
 */
final class Crew implements AutoCloseable {
    private static final Duration GREETING_LIMIT = Duration.ofSeconds(60);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(3);
    private static final Duration PING_LIMIT = Duration.ofSeconds(2);
    private static final Duration RELEASE_LIMIT = Duration.ofSeconds(3);
    private static final int PINGS = 9;
    private static final int UNKNOWN_AGENT = 410;

    private final Fleet fleet;
    private final String run;
    private final RunLoop loop;
    private final InstantSource clock;
    private final Heartbeats heartbeats = new Heartbeats(SILENCE_LIMIT, System.nanoTime());
    private final Map<String, AgentLink> links = new ConcurrentHashMap<>();
    private final List<AgentLink> inOrder = new ArrayList<>();
    private final MessageConsumer<Object> consumer;
    private final Handler handler;
    private boolean releasing;

    /** What a run does about reports and losses; called on the run's thread. */
    interface Handler {
        /** Something other than a greeting or a beat came. */
        void report(Report report) throws RunEnded;

        /** The agents are not as usual, but the run goes on. */
        void told(String sentence);

        /** An agent is gone for good. */
        void lost(AgentLink link, String why) throws RunEnded;
    }

    Crew(Fleet fleet, String run, RunLoop loop, InstantSource clock, Handler handler) {
        this.fleet = fleet;
        this.run = run;
        this.loop = loop;
        this.clock = clock;
        this.handler = handler;
        consumer = fleet.vertx().eventBus().<Object>consumer(ProtocolCodec.CONTROLLER_ADDRESS, this::receive);
    }

    /** In the order of their labels. */
    List<AgentLink> links() {
        return List.copyOf(inOrder);
    }

    List<AgentLink> living() {
        return inOrder.stream().filter(link -> !link.isLost()).toList();
    }

    private void receive(Message<Object> message) {
        Report report;
        try {
            report = ProtocolCodec.decode(MessageBody.bytes(message.body()), Report.class);
        } catch (ProtocolException e) {
            message.fail(UNKNOWN_AGENT, String.valueOf(e.getMessage()));
            loop.execute(() -> {
                throw RunEnded.aborted("an agent sent what this controller does not understand: " + e.getMessage());
            });
            return;
        }
        if (report instanceof Report.Beat beat) {
            AgentLink link = links.get(beat.agent());
            if (link == null || link.isLost()) {
                message.fail(UNKNOWN_AGENT, "agent " + beat.agent() + " is not part of this run");
                return;
            }
            link.heard(System.nanoTime());
        }
        message.reply(new byte[0]);
        switch (report) {
            case Report.Beat beat -> {}
            case Report.Hello hello -> loop.execute(() -> greeted(hello.facts()));
            default -> loop.execute(() -> handler.report(report));
        }
    }

    private void greeted(AgentFacts facts) throws RunEnded {
        if (links.containsKey(facts.id()) || inOrder.size() >= fleet.expected()) {
            return;
        }
        if (!facts.version().equals(BuildVersion.number())) {
            throw RunEnded.aborted("agent " + facts.label() + " is Plimsoll " + facts.version() + ", this is "
                    + BuildVersion.number() + ": run the same version on controller and agents");
        }
        AgentLink link = new AgentLink(fleet.vertx(), facts, System.nanoTime());
        links.put(facts.id(), link);
        inOrder.add(link);
        inOrder.sort((a, b) -> a.facts().label().compareTo(b.facts().label()));
    }

    /** Brings the agents up and waits until all have greeted. */
    void assemble() throws RunEnded, RunException, InterruptedException {
        fleet.start((which, why) -> loop.execute(() -> gone(which, why)));
        boolean all = loop.await(() -> inOrder.size() == fleet.expected(), fleet.patience());
        if (!all) {
            handler.told(greeted() + " within " + fleet.patience().toSeconds() + " s: starting the others anew");
            Set<Long> there = inOrder.stream().map(link -> link.facts().pid()).collect(Collectors.toSet());
            fleet.replaceSilent(there::contains);
            all = loop.await(() -> inOrder.size() == fleet.expected(), GREETING_LIMIT);
        }
        if (!all) {
            throw RunEnded.aborted(
                    greeted() + " within " + GREETING_LIMIT.toSeconds() + " s; look at their logs in the run bundle");
        }
    }

    private String greeted() {
        return inOrder.size() + " of " + fleet.expected() + " agents greeted";
    }

    /** Lets the agents go. They say what they still have to say; then nobody is lost any more by ending. */
    void release() throws InterruptedException {
        releasing = true;
        try {
            ask(living(), link -> new Command.Release(run), RELEASE_LIMIT);
        } catch (RunEnded | BundleException late) {
            /* The run is over; agents that do not answer are ended all the same. */
            return;
        }
    }

    private void gone(Predicate<AgentFacts> which, String why) throws RunEnded {
        List<AgentLink> those =
                inOrder.stream().filter(link -> which.test(link.facts())).toList();
        if (those.isEmpty() && inOrder.size() < fleet.expected()) {
            throw RunEnded.aborted("an agent was lost before it greeted: " + why);
        }
        for (AgentLink link : those) {
            lose(link, why);
        }
    }

    private void lose(AgentLink link, String why) throws RunEnded {
        if (!link.isLost() && !releasing) {
            link.lose();
            fleet.giveUp(link.facts());
            handler.lost(link, "agent " + link.facts().label() + " was lost: " + why);
        }
    }

    /** Looks for silent agents; to be called often. */
    void look() throws RunEnded {
        for (AgentLink link : heartbeats.silent(inOrder, System.nanoTime())) {
            lose(link, "nothing was heard of it for " + SILENCE_LIMIT.toSeconds() + " s");
        }
    }

    /** Measures each agent's clock: the round trip that took the least time is the surest. */
    void setClocks() throws RunEnded, InterruptedException {
        if (fleet.sharesClock()) {
            living().forEach(link -> link.clock(0, 0));
            return;
        }
        for (int i = 0; i < PINGS; i++) {
            int sequence = i;
            Map<AgentLink, long[]> sent = new ConcurrentHashMap<>();
            Map<AgentLink, Answer> pongs = ask(
                    living(),
                    link -> {
                        sent.put(link, new long[] {micros(clock.instant()), System.nanoTime(), 0});
                        return new Command.Ping(sequence);
                    },
                    PING_LIMIT,
                    link -> {
                        long[] times = sent.get(link);
                        if (times != null) {
                            times[2] = (System.nanoTime() - times[1]) / 1_000;
                        }
                    });
            pongs.forEach((link, answer) -> {
                long[] times = sent.get(link);
                if (answer instanceof Answer.Pong pong && times != null) {
                    link.clock(pong.wallMicros() - times[0] - times[2] / 2, (times[2] + 1) / 2);
                }
            });
        }
    }

    /** An instant of the controller's clock by an agent's own. */
    static long wallMicros(Instant instant, AgentLink link) {
        return micros(instant) + link.offsetMicros();
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /** Asks these agents and waits for all answers; a refusal or a missing answer ends the run. */
    Map<AgentLink, Answer> ask(Collection<AgentLink> whom, Function<AgentLink, Command> command, Duration limit)
            throws RunEnded, InterruptedException {
        return ask(whom, command, limit, link -> {});
    }

    private Map<AgentLink, Answer> ask(
            Collection<AgentLink> whom,
            Function<AgentLink, Command> command,
            Duration limit,
            Consumer<AgentLink> answered)
            throws RunEnded, InterruptedException {
        return askOf(whom, link -> link, command, limit, answered);
    }

    /** Asks several things at once, of the same agents too, and waits for all answers; by what they are about. */
    <K> Map<K, Answer> askOf(
            Collection<K> what, Function<K, AgentLink> whom, Function<K, Command> command, Duration limit)
            throws RunEnded, InterruptedException {
        return askOf(what, whom, command, limit, one -> {});
    }

    private <K> Map<K, Answer> askOf(
            Collection<K> what,
            Function<K, AgentLink> whom,
            Function<K, Command> command,
            Duration limit,
            Consumer<K> answered)
            throws RunEnded, InterruptedException {
        Map<K, Answer> answers = new LinkedHashMap<>();
        for (K one : what) {
            AgentLink link = whom.apply(one);
            Command asked = command.apply(one);
            String name = asked.getClass().getSimpleName();
            Future<Answer> future = link.ask(asked, limit);
            future.onSuccess(answer -> {
                answered.accept(one);
                loop.execute(() -> answers.put(one, accepted(link, name, answer)));
            });
            future.onFailure(e -> loop.execute(() -> {
                if (!link.isLost()) {
                    throw RunEnded.aborted(
                            "agent " + link.facts().label() + " did not answer " + name + ": " + e.getMessage());
                }
            }));
        }
        if (!loop.await(() -> answers.size() >= what.size(), limit.plusSeconds(1))) {
            throw RunEnded.aborted("agents did not answer within " + limit.toSeconds() + " s");
        }
        return answers;
    }

    private static Answer accepted(AgentLink link, String command, Answer answer) throws RunEnded {
        if (answer instanceof Answer.Refused refused) {
            throw RunEnded.refused("agent " + link.facts().label() + " refused " + command + ": " + refused.reason());
        }
        return answer;
    }

    /** Tells all living agents something without waiting for answers. */
    void tell(Command command) {
        living().forEach(link -> link.ask(command, PING_LIMIT));
    }

    String run() {
        return run;
    }

    /** How long before the start of a leg its agents are told of it. */
    Duration ahead() {
        return fleet.ahead();
    }

    @Override
    public void close() {
        consumer.unregister();
        fleet.close();
    }
}
