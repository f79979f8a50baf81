package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.Load.Arrivals;
import dev.plimsoll.scenarios.Load.Rate;
import dev.plimsoll.scenarios.YamlNode.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code phases}. */
final class PhaseDecoder {
    private final Values values;
    private final Duration drain;

    /**
     * A reader of phases.
     *
     * @param drain of phases that say nothing of it: the request timeout
     */
    PhaseDecoder(Values values, Duration drain) {
        this.values = values;
        this.drain = drain;
    }

    List<Phase> decode(Field field) {
        List<Phase> phases = new ArrayList<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        List<Field> items = values.filledList(field, "phases");
        int before = values.problems().count();
        for (Field item : items) {
            values.section(item, Block.PHASE, "a phase")
                    .flatMap(section -> phase(section, lines))
                    .ifPresent(phases::add);
        }
        if (values.problems().count() == before
                && !items.isEmpty()
                && phases.stream().noneMatch(Phase::measure)) {
            values.problem(field, "at least one phase is measured; set measure to true in one");
        }
        return phases;
    }

    private Optional<Phase> phase(Section section, Map<String, Integer> lines) {
        Optional<String> name = section.need("name").flatMap(field -> {
            Optional<String> text = values.name(
                    field,
                    "a phase's name is up to 80 letters, digits, dots, dashes and underscores",
                    ScenarioDecoder.NAME);
            text.ifPresent(word -> WorkloadDecoder.unique(values, field, word, "phase", lines));
            return text;
        });
        Optional<Duration> duration =
                section.need("duration").flatMap(field -> values.positiveDuration(field, "a phase's duration"));
        Optional<? extends Load> load = load(section, duration);
        boolean measure = values.bool(section.orDefault("measure")).orElse(true);
        Duration awaited = values.duration(section.orElse("drain", Quantities.format(drain)))
                .orElse(drain);
        boolean afterDrain = values.bool(section.orDefault("after_drain")).orElse(false);
        if (name.isEmpty() || duration.isEmpty() || load.isEmpty()) {
            return Optional.empty();
        }
        Load how = load.get();
        return section.build(() -> new Phase(name.get(), duration.get(), how, measure, awaited, afterDrain));
    }

    private Optional<? extends Load> load(Section section, Optional<Duration> duration) {
        if (section.has("concurrency")) {
            section.refuse("rate", "a phase has `rate` (open loop) or `concurrency` (closed loop), not both");
            section.refuse("arrivals", "`arrivals` is for phases with a rate; a closed loop sends when answers end");
            section.refuse("max_in_flight", "`max_in_flight` is for phases with a rate; concurrency is the limit here");
            Optional<Integer> users =
                    section.get("concurrency").flatMap(field -> values.integer(field, "concurrency", 1, 1_000_000));
            Duration think = values.duration(section.orDefault("think_time")).orElse(Duration.ZERO);
            return users.map(number -> new Load.Closed(number, think));
        }
        section.refuse("think_time", "`think_time` is for phases with a concurrency");
        Optional<Field> field = section.get("rate");
        if (field.isEmpty()) {
            values.problems().add(section.place(), section.path(), "`rate` or `concurrency` is missing");
            return Optional.empty();
        }
        Optional<? extends Rate> rate = rate(field.get(), duration);
        Optional<Arrivals> arrivals = arrivals(section.orDefault("arrivals"));
        int limit = values.integer(section.orDefault("max_in_flight"), "max_in_flight", 1, 10_000_000)
                .orElse(1);
        if (rate.isEmpty() || arrivals.isEmpty()) {
            return Optional.empty();
        }
        Rate how = rate.get();
        return section.build(() -> new Load.Open(how, arrivals.get(), limit));
    }

    private Optional<Arrivals> arrivals(Field field) {
        if (!(field.node() instanceof Mapping)) {
            return values.word(field, "arrivals", Words.ARRIVALS);
        }
        return values.section(field, Block.ARRIVALS, "arrivals")
                .flatMap(section -> section.need("gamma"))
                .flatMap(gamma -> values.section(gamma, Block.GAMMA, "gamma"))
                .flatMap(section -> section.need("cv"))
                .flatMap(cv -> values.positive(cv, "gamma.cv", 100))
                .map(Arrivals.Gamma::new);
    }

    private Optional<? extends Rate> rate(Field field, Optional<Duration> duration) {
        if (!(field.node() instanceof Mapping)) {
            return values.rate(field, false).map(Rate.Constant::new);
        }
        return values.section(field, Block.RATE, "a rate is such as 20/s, or")
                .flatMap(section -> shape(section, duration));
    }

    private Optional<? extends Rate> shape(Section section, Optional<Duration> duration) {
        if (section.has("steps")) {
            refuseOthers(section, List.of("steps"), "stairs have");
            return section.get("steps").flatMap(this::steps);
        }
        if (section.has("from") || section.has("to")) {
            refuseOthers(section, List.of("from", "to"), "a ramp has");
            Optional<Double> from = section.need("from").flatMap(rate -> values.rate(rate, true));
            Optional<Double> to = section.need("to").flatMap(rate -> values.rate(rate, true));
            return from.isEmpty() || to.isEmpty()
                    ? Optional.empty()
                    : section.build(() -> new Rate.Ramp(from.get(), to.get()));
        }
        if (section.has("base") || section.has("spike") || section.has("at") || section.has("for")) {
            return spike(section, duration);
        }
        values.problems()
                .add(
                        section.place(),
                        section.path(),
                        "a rate is a ramp {from, to}, stairs {steps} or a spike {base, spike, at, for}");
        return Optional.empty();
    }

    private void refuseOthers(Section section, List<String> own, String what) {
        for (String key : Block.RATE.keys()) {
            if (!own.contains(key)) {
                section.refuse(key, what + " only `" + String.join("` and `", own) + "`");
            }
        }
    }

    private Optional<Rate.Steps> steps(Field field) {
        List<Double> rates = new ArrayList<>();
        List<Field> items = values.filledList(field, "steps");
        for (Field item : items) {
            values.rate(item, false).ifPresent(rates::add);
        }
        return rates.isEmpty() || rates.size() < items.size() ? Optional.empty() : Optional.of(new Rate.Steps(rates));
    }

    private Optional<Rate.Spike> spike(Section section, Optional<Duration> duration) {
        Optional<Double> base = section.need("base").flatMap(rate -> values.rate(rate, false));
        Optional<Double> high = section.need("spike").flatMap(rate -> values.rate(rate, false));
        Optional<Duration> at = section.need("at").flatMap(values::duration);
        Optional<Field> lengthField = section.need("for");
        Optional<Duration> length = lengthField.flatMap(field -> values.positiveDuration(field, "a spike's `for`"));
        if (base.isEmpty() || high.isEmpty() || at.isEmpty() || length.isEmpty()) {
            return Optional.empty();
        }
        Duration end = at.get().plus(length.get());
        if (duration.isPresent() && end.compareTo(duration.get()) > 0) {
            values.problem(
                    lengthField.get(),
                    "the spike ends at " + Quantities.format(end) + ", after the phase's end at "
                            + Quantities.format(duration.get()));
            return Optional.empty();
        }
        return section.build(() -> new Rate.Spike(base.get(), high.get(), at.get(), length.get()));
    }
}
