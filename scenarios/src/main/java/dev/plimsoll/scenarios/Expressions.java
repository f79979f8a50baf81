package dev.plimsoll.scenarios;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.scenarios.MetricNames.Subject;
import dev.plimsoll.scenarios.YamlNode.Scalar;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads thresholds and comparisons: {@code METRIC[.STATISTIC] [on NAME] [in PHASE] OPERATOR LIMIT}. A name with blanks
 * stands in double quotes. Each problem has the column of the word that it is about.
 */
final class Expressions {
    private static final Pattern TOKEN = Pattern.compile("\"([^\"]*)\"|[<>=!]+|[^\\s<>=!\"]+|\"");

    private final MetricNames names;
    private final Collection<String> requests;
    private final Collection<String> nodes;
    private final Collection<String> phases;
    private final Collection<String> unmeasured;
    private final Problems problems;

    /**
     * A reader for one scenario.
     *
     * @param names its metrics
     * @param requests names of its requests
     * @param nodes names of its nodes
     * @param phases names of its phases
     * @param unmeasured names of those phases that are not measured
     * @param problems where problems go
     */
    Expressions(
            MetricNames names,
            Collection<String> requests,
            Collection<String> nodes,
            Collection<String> phases,
            Collection<String> unmeasured,
            Problems problems) {
        this.names = names;
        this.requests = requests;
        this.nodes = nodes;
        this.phases = phases;
        this.unmeasured = unmeasured;
        this.problems = problems;
    }

    /** The threshold that is written there. */
    Optional<Threshold> threshold(Field field) {
        return read(field, "latency.p99 < 500ms").flatMap(parts -> {
            try {
                double limit =
                        Quantities.value(parts.joined(), parts.subject.metric().unit());
                return Optional.of(new Threshold(
                        parts.text,
                        parts.subject.metric(),
                        parts.subject.statistic(),
                        parts.on,
                        parts.phase,
                        parts.operator,
                        limit));
            } catch (IllegalArgumentException e) {
                parts.problem(parts.limit.getFirst(), parts.subject.metric().name() + ": " + e.getMessage());
                return Optional.empty();
            }
        });
    }

    /** The comparison with a baseline that is written there. */
    Optional<BaselineCheck> check(Field field) {
        return read(field, "latency.p99 <= +10%").flatMap(parts -> {
            OptionalDouble relative = OptionalDouble.empty();
            OptionalDouble absolute = OptionalDouble.empty();
            List<Token> words = parts.limit;
            for (int i = 0; i < words.size(); i++) {
                Token word = words.get(i);
                if (i % 2 == 1) {
                    if (!word.is("and") || i + 1 == words.size() || i > 1) {
                        return parts.problem(word, "a change is such as +10%, +5ms or +10% and +5ms");
                    }
                    continue;
                }
                boolean share = word.text.endsWith("%");
                OptionalDouble change = change(parts, word, share);
                if (change.isEmpty()) {
                    return Optional.empty();
                }
                if ((share ? relative : absolute).isPresent()) {
                    return parts.problem(word, "one change is relative (+10%) and the other absolute (+5ms)");
                }
                relative = share ? change : relative;
                absolute = share ? absolute : change;
            }
            return Optional.of(new BaselineCheck(
                    parts.text,
                    parts.subject.metric(),
                    parts.subject.statistic(),
                    parts.on,
                    parts.phase,
                    parts.operator,
                    relative,
                    absolute));
        });
    }

    /** The signed size of one change: a share of the baseline, or in the metric's unit. */
    private static OptionalDouble change(Parts parts, Token word, boolean share) {
        Unit unit = parts.subject.metric().unit();
        char sign = word.text.charAt(0);
        boolean up = parts.operator.isUpperLimit();
        if (sign != (up ? '+' : '-')) {
            parts.problem(
                    word,
                    "a change after " + parts.operator.symbol() + " begins with " + (up ? "+" : "-") + ", such as "
                            + (up ? "+10%" : "-5%") + ", not \"" + word.text + "\"");
            return OptionalDouble.empty();
        }
        String number = word.text.substring(1);
        try {
            double size;
            if (share) {
                size = Quantities.share(number);
            } else if (unit == Unit.RATIO || unit == Unit.PERCENT) {
                size = Quantities.points(number) / (unit == Unit.RATIO ? 100 : 1);
            } else {
                size = Quantities.value(number, unit);
            }
            return OptionalDouble.of(up || size == 0 ? size : -size);
        } catch (IllegalArgumentException e) {
            String absolute = unit == Unit.RATIO || unit == Unit.PERCENT ? "2pp" : Quantities.example(unit);
            parts.problem(
                    word,
                    "a change of " + parts.subject.metric().name() + " is such as " + sign + "10% or " + sign
                            + absolute.replaceAll(" or .*", "") + ", not \"" + word.text + "\"");
            return OptionalDouble.empty();
        }
    }

    private Optional<Parts> read(Field field, String example) {
        if (!(field.node() instanceof Scalar scalar) || scalar.type() != YamlNode.Type.TEXT) {
            problems.add(
                    field.node().place(),
                    field.path(),
                    "a check is such as " + example + ", not " + field.node().noun());
            return Optional.empty();
        }
        if (scalar.isBroken()) {
            return Optional.empty();
        }
        return new Parts(scalar, field.path(), example).read();
    }

    private record Token(String text, int index, boolean quoted) {
        boolean is(String word) {
            return !quoted && text.equals(word);
        }

        boolean isOperator() {
            return !quoted && "<>=!".indexOf(text.charAt(0)) >= 0;
        }
    }

    /** The parts of one expression, while it is read. */
    private final class Parts {
        private final Scalar scalar;
        private final String path;
        private final String example;
        private final String text;
        private final List<Token> tokens = new ArrayList<>();
        private Subject subject = new Subject(Metrics.THROUGHPUT, Optional.empty());
        private Optional<String> on = Optional.empty();
        private Optional<String> phase = Optional.empty();
        private Operator operator = Operator.LESS;
        private List<Token> limit = List.of();

        private Parts(Scalar scalar, String path, String example) {
            this.scalar = scalar;
            this.path = path;
            this.example = example;
            this.text = scalar.text();
            Matcher matcher = TOKEN.matcher(text);
            while (matcher.find()) {
                String quoted = matcher.group(1);
                tokens.add(new Token(quoted == null ? matcher.group() : quoted, matcher.start(), quoted != null));
            }
        }

        private <T> Optional<T> problem(@Nullable Token token, String sentence) {
            int index = token == null ? text.length() : token.index;
            problems.add(scalar.placeOf(text.codePointCount(0, index)), path, sentence);
            return Optional.empty();
        }

        private String joined() {
            StringBuilder joined = new StringBuilder();
            limit.forEach(token -> joined.append(token.text));
            return joined.toString();
        }

        private @Nullable Token at(int index) {
            return index < tokens.size() ? tokens.get(index) : null;
        }

        private Optional<Parts> read() {
            Token first = at(0);
            if (first == null || first.isOperator()) {
                return problem(first, "a check begins with a metric, such as " + example);
            }
            Token operatorToken =
                    tokens.stream().filter(Token::isOperator).findFirst().orElse(null);
            try {
                subject = names.parse(first.text);
            } catch (IllegalArgumentException e) {
                return problem(first, String.valueOf(e.getMessage()));
            }
            Optional<String> absence = names.absence(subject.metric());
            if (absence.isPresent()) {
                return problem(first, absence.get());
            }
            if (operatorToken == null) {
                Token word = at(1);
                return word == null || word.is("on") || word.is("in")
                        ? problem(null, "<, <=, > or >= is missing, and a limit; a check is such as " + example)
                        : problem(word, "<, <=, > or >= is expected here, not \"" + word.text + "\"");
            }
            if (!scopes(tokens.indexOf(operatorToken))) {
                return Optional.empty();
            }
            Optional<Operator> parsed = Operator.parse(operatorToken.text);
            if (parsed.isEmpty()) {
                return problem(operatorToken, "an operator is <, <=, > or >=, not \"" + operatorToken.text + "\"");
            }
            operator = parsed.get();
            limit = tokens.subList(tokens.indexOf(operatorToken) + 1, tokens.size());
            return limit.isEmpty()
                    ? problem(null, "a limit is missing after " + operator.symbol() + "; a check is such as " + example)
                    : Optional.of(this);
        }

        /** Reads {@code on NAME} and {@code in PHASE}, which stand before the operator. */
        private boolean scopes(int end) {
            for (int i = 1; i < end; i += 2) {
                Token word = tokens.get(i);
                Token name = i + 1 < end ? tokens.get(i + 1) : null;
                boolean ofRequest = word.is("on");
                if (!ofRequest && !word.is("in")) {
                    problem(word, "`on NAME`, `in PHASE` or an operator is expected here, not \"" + word.text + "\"");
                    return false;
                }
                if (name == null) {
                    problem(word, "a name is missing after `" + word.text + "`");
                    return false;
                }
                if ((ofRequest ? on : phase).isPresent()) {
                    problem(word, "`" + word.text + "` stands here a second time");
                    return false;
                }
                if (!(ofRequest ? checkOn(name) : checkPhase(name))) {
                    return false;
                }
                on = ofRequest ? Optional.of(name.text) : on;
                phase = ofRequest ? phase : Optional.of(name.text);
            }
            return true;
        }

        private boolean checkOn(Token name) {
            Metric metric = subject.metric();
            if (MetricNames.isOfGenerator(metric)) {
                problem(name, metric.name() + " is of the whole load; write it without `on`");
                return false;
            }
            boolean ofNode = metric.kind() == Metric.Kind.NODE;
            Collection<String> valid = ofNode ? nodes : requests;
            if (!valid.contains(name.text)) {
                problem(
                        name,
                        "`on` names " + (ofNode ? "a node" : "a request of the workload") + ", not \"" + name.text
                                + "\"" + Nearest.hint(name.text, valid));
                return false;
            }
            return true;
        }

        private boolean checkPhase(Token name) {
            if (!phases.contains(name.text)) {
                problem(name, "`in` names a phase, not \"" + name.text + "\"" + Nearest.hint(name.text, phases));
                return false;
            }
            if (unmeasured.contains(name.text)) {
                problem(name, "phase \"" + name.text + "\" is not measured; set its measure to true or name another");
                return false;
            }
            return true;
        }
    }
}
