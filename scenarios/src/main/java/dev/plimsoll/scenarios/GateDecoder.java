package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.Gate.Action;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code gate}. */
final class GateDecoder {
    private final Values values;
    private final Expressions expressions;

    GateDecoder(Values values, Expressions expressions) {
        this.values = values;
        this.expressions = expressions;
    }

    Optional<Gate> decode(Field field) {
        return values.section(field, Block.GATE, "gate").flatMap(this::gate);
    }

    private Optional<Gate> gate(Section section) {
        Optional<Gate.Smoke> smoke = section.get("smoke")
                .flatMap(field -> values.section(field, Block.SMOKE, "smoke"))
                .flatMap(this::smoke);
        List<Threshold> thresholds = new ArrayList<>();
        section.get("thresholds").ifPresent(field -> {
            for (Field item : values.list(field, "thresholds")) {
                expressions.threshold(item).ifPresent(thresholds::add);
            }
        });
        Field confidenceField = section.orDefault("confidence");
        double confidence = values.ratio(confidenceField).orElse(0.95);
        if (confidence < 0.5 || confidence >= 1) {
            values.problem(
                    confidenceField,
                    "confidence is from 50% to below 100%, not "
                            + confidenceField.node().noun());
        }
        Optional<Gate.OnUndecided> undecided =
                values.word(section.orDefault("on_undecided"), "on_undecided", Words.ON_UNDECIDED);
        boolean abort = values.bool(section.orDefault("abort_when_hopeless")).orElse(true);
        boolean stop = values.bool(section.orDefault("stop_when_decided")).orElse(false);
        Optional<Duration> extend =
                section.get("extend_until").flatMap(field -> values.positiveDuration(field, "extend_until"));
        Optional<Gate.Baseline> baseline = section.get("baseline")
                .flatMap(field -> values.section(field, Block.BASELINE, "baseline"))
                .flatMap(this::baseline);
        List<Action> promote = actions(section, "on_promote");
        List<Action> rollback = actions(section, "on_rollback");
        List<Action> inconclusive = actions(section, "on_inconclusive");
        if (values.problems().count() > 0) {
            if (!section.has("smoke") && !section.has("thresholds") && !section.has("baseline")) {
                nothingDecides(section);
            }
            return Optional.empty();
        }
        if (smoke.isEmpty() && thresholds.isEmpty() && baseline.isEmpty()) {
            nothingDecides(section);
            return Optional.empty();
        }
        return section.build(() -> new Gate(
                smoke,
                thresholds,
                confidence,
                undecided.orElse(Gate.OnUndecided.INCONCLUSIVE),
                abort,
                stop,
                extend,
                baseline,
                promote,
                rollback,
                inconclusive));
    }

    private void nothingDecides(Section section) {
        values.problems()
                .add(
                        section.place(),
                        section.path(),
                        "nothing decides: a gate has thresholds, a smoke test or a baseline");
    }

    private Optional<Gate.Smoke> smoke(Section section) {
        Optional<Duration> timeout = values.positiveDuration(section.orDefault("timeout"), "smoke.timeout");
        Optional<Integer> requests = values.integer(section.orDefault("requests"), "smoke.requests", 1, 1000);
        return timeout.isEmpty() || requests.isEmpty()
                ? Optional.empty()
                : section.build(() -> new Gate.Smoke(timeout.get(), requests.get()));
    }

    private Optional<Gate.Baseline> baseline(Section section) {
        Optional<String> run = section.get("run").flatMap(values::text);
        int runs = values.integer(section.orDefault("runs"), "baseline.runs", 1, 1000)
                .orElse(1);
        boolean required = values.bool(section.orDefault("required")).orElse(true);
        Set<Difference> allow = EnumSet.noneOf(Difference.class);
        section.get("allow").ifPresent(field -> {
            for (Field item : values.oneOrMore(field, "allow")) {
                values.word(item, "allow", Words.DIFFERENCES).ifPresent(allow::add);
            }
        });
        List<BaselineCheck> checks = new ArrayList<>();
        section.need("checks").ifPresent(field -> {
            for (Field item : values.filledList(field, "checks")) {
                expressions.check(item).ifPresent(checks::add);
            }
        });
        return checks.isEmpty()
                ? Optional.empty()
                : section.build(() -> new Gate.Baseline(run, runs, required, allow, checks));
    }

    private List<Action> actions(Section section, String key) {
        List<Action> actions = new ArrayList<>();
        section.get(key).ifPresent(field -> {
            for (Field item : values.list(field, key)) {
                values.section(item, Block.ACTION, "an action")
                        .flatMap(this::action)
                        .ifPresent(actions::add);
            }
        });
        return actions;
    }

    private Optional<? extends Action> action(Section section) {
        if (section.has("exec") == section.has("webhook")) {
            values.problems().add(section.place(), section.path(), "an action has either `exec` or `webhook`");
            return Optional.empty();
        }
        Optional<Duration> timeout =
                section.get("timeout").flatMap(field -> values.positiveDuration(field, "an action's timeout"));
        if (section.has("exec")) {
            return section.get("exec")
                    .map(values::command)
                    .filter(command -> !command.isEmpty())
                    .map(command -> new Action.Exec(command, timeout));
        }
        return section.get("webhook")
                .flatMap(field -> values.section(field, Block.WEBHOOK, "webhook"))
                .flatMap(webhook -> {
                    Optional<URI> url = webhook.need("url").flatMap(values::url);
                    Map<String, String> headers =
                            webhook.get("headers").map(values::headers).orElse(Map.of());
                    Optional<String> secret = webhook.get("secret").flatMap(this::secret);
                    return url.map(to -> new Action.Webhook(to, headers, secret, timeout));
                });
    }

    private Optional<String> secret(Field field) {
        Optional<String> secret = values.text(field);
        if (secret.isPresent() && secret.get().isEmpty()) {
            values.problem(field, "a webhook's secret is not empty");
            return Optional.empty();
        }
        return secret;
    }
}
