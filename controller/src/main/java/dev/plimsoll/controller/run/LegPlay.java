package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Leg;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.reports.bundle.BundleException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The load of a run: one leg after the other on all agents at once, to its end or stopped early. The run's thread only.
 */
final class LegPlay {
    private static final Duration PREPARE_LIMIT = Duration.ofMinutes(2);
    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final Duration MARGIN = Duration.ofSeconds(10);
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);
    private static final double NANOS_PER_SECOND = 1e9;

    private final Crew crew;
    private final Ledger ledger;
    private final RunCard card;
    private final RunLoop loop;
    private final InstantSource clock;
    private @Nullable Leg leg;
    private Instant legStart = Instant.MAX;
    private int slot = -1;
    private boolean ending;
    private boolean endTold;

    LegPlay(Crew crew, Ledger ledger, RunCard card, RunLoop loop, InstantSource clock) {
        this.crew = crew;
        this.ledger = ledger;
        this.card = card;
        this.loop = loop;
        this.clock = clock;
    }

    /** Plays a leg to its end. */
    void play(Leg next, TargetFacts facts) throws RunEnded, InterruptedException {
        String run = crew.run();
        card.spoken(crew.ask(crew.living(), link -> new Command.PrepareLeg(run, next.index(), facts), PREPARE_LIMIT)
                .values());
        legStart = clock.instant().plus(crew.ahead());
        slot = -1;
        endTold = false;
        leg = next;
        card.loadStarts(legStart);
        ledger.legStarts(next.index(), legStart);
        ledger.update(card.running());
        crew.ask(
                crew.living(),
                link -> new Command.StartLeg(run, next.index(), Crew.wallMicros(legStart, link)),
                START_LIMIT);
        Duration limit = crew.ahead().plus(drained(next)).plus(MARGIN);
        if (!loop.await(() -> allEnded(next), limit)) {
            throw RunEnded.partial("not all agents ended leg " + next.index() + " within " + limit.toSeconds() + " s");
        }
        leg = null;
    }

    private boolean allEnded(Leg which) {
        return crew.living().stream().allMatch(link -> link.hasEnded(which.index()));
    }

    /** Tells of each phase as it begins; to be called often. */
    void tick() {
        Leg current = leg;
        if (current == null || ending || slot + 1 >= current.slots().size()) {
            return;
        }
        Leg.Slot next = current.slots().get(slot + 1);
        if (!clock.instant().isBefore(legStart.plus(next.start()))) {
            slot++;
            ledger.event(
                    "phase",
                    "phase " + next.phase().name() + " began",
                    Map.of("phase", next.phase().name(), "round", current.round(), "leg", current.index()));
        }
    }

    /** An agent says that it ended a leg. */
    void ended(Report.LegEnded report) {
        crew.links().stream()
                .filter(link -> link.id().equals(report.agent()))
                .forEach(link -> link.legEnded(report.leg()));
    }

    /** The name of the phase that goes on; empty when none does. */
    String phase() {
        Leg current = leg;
        return current == null || slot < 0
                ? ""
                : current.slots().get(slot).phase().name();
    }

    /** Ends the leg at the next whole second that all agents can still be told of. */
    void endSoon(String reason) throws RunEnded {
        Duration reachable = Duration.between(legStart, clock.instant()).plus(crew.ahead());
        endAt(Duration.ofSeconds(reachable.toSeconds() + 1), reason);
    }

    /** Ends the leg when its last phase has lasted that long. */
    void endAfter(Duration length, String reason) throws RunEnded {
        Leg current = leg;
        if (current != null) {
            endAt(current.slots().getLast().start().plus(length), reason);
        }
    }

    /**
     * Tells the agents from when on nothing is scheduled, and takes note when all have answered. An agent that hears of it
     * too late ends at once, a little later than the others; the latest end counts.
     */
    private void endAt(Duration length, String reason) throws RunEnded {
        Leg current = leg;
        if (current == null || ending || endTold) {
            return;
        }
        Instant end = legStart.plus(length);
        endTold = true;
        ledger.event("end", reason, Map.of("leg", current.index(), "seconds", length.toNanos() / NANOS_PER_SECOND));
        List<Duration> ends = new ArrayList<>();
        List<AgentLink> told = crew.living();
        for (AgentLink link : told) {
            long at = Crew.wallMicros(end, link);
            Command command = new Command.EndLeg(crew.run(), current.index(), at);
            link.ask(command, START_LIMIT)
                    .onSuccess(answer -> loop.execute(() -> {
                        if (!(answer instanceof Answer.Ends its)) {
                            throw RunEnded.refused(
                                    "agent " + link.facts().label() + " did not end its load: " + answer);
                        }
                        ends.add(length.plus(Duration.of(its.wallMicros() - at, ChronoUnit.MICROS)));
                        if (ends.size() == told.size()) {
                            double seconds = Collections.max(ends).toNanos() / NANOS_PER_SECOND;
                            ledger.results().legStopped(current.index(), seconds);
                        }
                    }))
                    .onFailure(e -> loop.execute(() -> {
                        if (!link.isLost()) {
                            throw RunEnded.aborted(
                                    "agent " + link.facts().label() + " did not answer EndLeg: " + e.getMessage());
                        }
                    }));
        }
    }

    /** Whether the run is being stopped early. */
    boolean isEnding() {
        return ending;
    }

    /**
     * Stops what is loaded, and waits a little for what agents still have to say. A decided run lets requests in flight
     * end as they would at a phase's end; any other ends them now.
     *
     * @param reason without secrets
     */
    void stopEarly(RunEnded why, String reason) throws InterruptedException {
        ending = true;
        Optional<Leg> current = Optional.ofNullable(leg);
        boolean gently = !why.incomplete() && current.isPresent();
        crew.tell(
                gently
                        ? new Command.StopLeg(crew.run(), current.get().index(), reason)
                        : new Command.Abort(crew.run(), reason));
        current.ifPresent(stopped -> {
            Duration since = Duration.between(legStart, clock.instant());
            ledger.results().legStopped(stopped.index(), Math.max(0, since.toNanos() / NANOS_PER_SECOND));
        });
        if (!why.told()) {
            Conclusion.tryWrite(() -> ledger.event("abort", reason));
        }
        if (gently) {
            Leg stopped = current.get();
            lastWords(stopped, drained(stopped).minus(stopped.duration()).plus(MARGIN), true);
            crew.tell(new Command.Abort(crew.run(), reason));
        }
        if (current.isPresent()) {
            lastWords(current.get(), LAST_WORDS, false);
        }
    }

    /** Waits for the ends of a leg; files that cannot be written, or further reasons to end, do not cut it short. */
    private void lastWords(Leg which, Duration limit, boolean untilAborted) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean over = false;
        while (!over) {
            try {
                loop.await(() -> allEnded(which), Duration.ofNanos(deadline - System.nanoTime()));
                over = true;
            } catch (RunEnded further) {
                over = System.nanoTime() >= deadline || (untilAborted && further.incomplete());
            } catch (BundleException unwritable) {
                over = System.nanoTime() >= deadline;
            }
        }
    }

    /** From a leg's start to the end of its last answers. */
    private static Duration drained(Leg which) {
        return which.slots().stream()
                .map(one -> one.end().plus(one.phase().drain()))
                .max(Duration::compareTo)
                .orElse(which.duration());
    }
}
