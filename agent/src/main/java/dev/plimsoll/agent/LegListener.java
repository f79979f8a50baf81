package dev.plimsoll.agent;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.engine.ShardInterval;
import dev.plimsoll.agent.engine.ShardListener;
import dev.plimsoll.agent.protocol.Leg;
import dev.plimsoll.measurements.ErrorClass;
import java.util.List;
import java.util.Map;

/** Hears one leg's shards: numbers go to the leg, the rest to the events. */
final class LegListener implements ShardListener {
    private final LegRun leg;
    private final EventLog events;
    private final List<String> requests;

    LegListener(LegRun leg, EventLog events, List<String> requests) {
        this.leg = requireNonNull(leg, "leg");
        this.events = requireNonNull(events, "events");
        this.requests = List.copyOf(requests);
    }

    @Override
    public void interval(ShardInterval interval) {
        leg.interval(interval);
    }

    @Override
    public void idle() {
        leg.idle();
    }

    @Override
    public void failed(int slot, int spec, ErrorClass errorClass, int status, String detail) {
        String phase = phase(slot);
        String kind = "error " + leg.leg().index() + " " + slot + " " + errorClass.label();
        String request = requests.get(spec);
        String sentence = request + " in " + phase + " failed (" + errorClass.label() + "): " + detail;
        Map<String, String> named = Map.of(
                "class", errorClass.label(), "status", Integer.toString(status), "phase", phase, "request", request);
        events.tell(kind, EventLog.PER_KIND, "error", sentence, named);
    }

    @Override
    public void tokensCounted() {
        String sentence = "answers do not tell their usage: output tokens are counted in token events";
        events.tell("token_source", 1, "token_source", sentence, Map.of("token_source", "events"));
    }

    @Override
    public void supplyDry(int slot) {
        String phase = phase(slot);
        String sentence = "requests of " + phase
                + " were not rendered in time and had to be made while load ran: suspect the generator";
        events.tell("supply " + leg.leg().index(), 1, "supply", sentence, Map.of("phase", phase));
    }

    @Override
    public void broken(Throwable failure) {
        leg.broken(failure);
    }

    private String phase(int slot) {
        Leg of = leg.leg();
        return of.slots().get(slot).phase().name();
    }
}
