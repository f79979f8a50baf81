package dev.plimsoll.controller.commands;

import dev.plimsoll.agent.schedule.RateCurve;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.OpenEnd;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.Scenario;
import java.net.URI;
import java.time.Duration;
import java.util.stream.Collectors;

/** What a scenario will do, in a few lines. Pure. */
final class Forecast {
    private static final double MILLIS = 1000;

    private Forecast() {}

    /** The lines, each indented and ended. */
    static String text(Scenario scenario) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                scenario.target().api().label() + " at "
                        + scenario.target().urls().stream().map(Forecast::place).collect(Collectors.joining(", ")));
        double expected = 0;
        boolean open = false;
        Duration total = Duration.ZERO;
        for (Phase phase : scenario.phases()) {
            int rounds = phase.measure() ? scenario.repeat() : 1;
            total = total.plus(phase.duration().multipliedBy(rounds));
            line(text, phase(phase, rounds));
            if (phase.load() instanceof Load.Open load) {
                open = true;
                expected += rounds * RateCurve.of(load.rate(), phase.duration()).expected();
            }
        }
        String requests = open ? ", about " + Quantities.count(Math.round(expected)) + " scheduled requests" : "";
        line(text, "takes " + clock(total) + requests + closed(scenario));
        scenario.gate().ifPresent(gate -> line(text, gate(gate) + end(scenario)));
        return text.toString();
    }

    private static String closed(Scenario scenario) {
        return scenario.phases().stream().anyMatch(phase -> phase.load() instanceof Load.Closed)
                ? ", and what the concurrent users reach"
                : "";
    }

    private static String phase(Phase phase, int rounds) {
        String load = switch (phase.load()) {
            case Load.Closed closed ->
                closed.concurrency() + (closed.concurrency() == 1 ? " user at a time" : " users at a time");
            case Load.Open open -> {
                RateCurve curve = RateCurve.of(open.rate(), phase.duration());
                yield "about " + Quantities.count(Math.round(curve.expected())) + " requests, "
                        + Quantities.rate(
                                curve.expected() * MILLIS / phase.duration().toMillis()) + "/s on average";
            }
        };
        return phase.name() + ": " + clock(phase.duration()) + ", " + load + (phase.measure() ? "" : ", not measured")
                + (rounds == 1 ? "" : ", " + rounds + " rounds");
    }

    private static String gate(Gate gate) {
        String smoke = gate.smoke()
                .map(s -> "smoke test of " + s.requests() + (s.requests() == 1 ? " request" : " requests") + ", ")
                .orElse("");
        String baseline = gate.baseline()
                .map(b -> ", " + b.checks().size() + " compared with "
                        + b.run().orElse("the last " + b.runs() + " promoted runs"))
                .orElse("");
        return "gate: " + smoke + gate.thresholds().size() + (gate.thresholds().size() == 1 ? " limit" : " limits")
                + baseline;
    }

    /** Fails for a gate that would move an end that cannot be moved. */
    private static String end(Scenario scenario) {
        boolean stops = scenario.gate().map(Gate::stopWhenDecided).orElse(false);
        return OpenEnd.of(scenario)
                .map(end -> (stops ? ", ends " + end.phase() + " when decided" : "")
                        + (end.isExtendable()
                                ? ", extends " + end.phase() + " to " + clock(end.longest()) + " while undecided"
                                : ""))
                .orElse("");
    }

    /** Without user info, which may be a secret. */
    private static String place(URI url) {
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return url.getScheme() + "://" + url.getHost() + port + (url.getRawPath() == null ? "" : url.getRawPath());
    }

    private static String clock(Duration duration) {
        return Quantities.clock(duration.toMillis() / MILLIS);
    }

    private static void line(StringBuilder text, String line) {
        text.append("  ").append(line).append('\n');
    }
}
