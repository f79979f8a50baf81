package dev.plimsoll.scenarios;

import dev.plimsoll.measurements.Unit;
import dev.plimsoll.scenarios.YamlNode.Mapping;
import dev.plimsoll.scenarios.YamlNode.Scalar;
import dev.plimsoll.scenarios.YamlNode.Sequence;
import dev.plimsoll.scenarios.YamlNode.Type;
import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads single values; what is wrong with one becomes a problem at its place, and then the value is absent. */
final class Values {
    /** What stands for a secret that may not be shown. */
    static final String MASK = "***";

    private final Problems problems;

    Values(Problems problems) {
        this.problems = problems;
    }

    Problems problems() {
        return problems;
    }

    /** Reports a problem of a value. */
    void problem(Field field, String sentence) {
        if (field.node() instanceof Scalar scalar && scalar.isBroken()) {
            return;
        }
        problems.add(field.node().place(), field.path(), sentence);
    }

    private <T> Optional<T> wrong(Field field, String rule) {
        problem(field, rule + ", not " + field.node().noun());
        return Optional.empty();
    }

    /** A scalar that is not empty. */
    private Optional<Scalar> scalar(Field field, String rule) {
        if (field.node() instanceof Scalar scalar && scalar.type() != Type.NULL) {
            return Optional.of(scalar);
        }
        return wrong(field, rule);
    }

    /** A text in which anything may stand. */
    Optional<String> text(Field field) {
        if (field.node() instanceof Scalar scalar && (scalar.type() == Type.TEXT || scalar.fromVariable())) {
            scalar.markFreeText();
            return Optional.of(scalar.text());
        }
        if (field.node() instanceof Scalar scalar && scalar.type() != Type.NULL) {
            return wrong(field, "this is a text; put it in quotes");
        }
        return wrong(field, "this is a text");
    }

    /** A name, to which other places may refer. */
    Optional<String> name(Field field, String rule, String pattern) {
        if (field.node() instanceof Scalar scalar && scalar.type() != Type.NULL) {
            if (scalar.type() != Type.TEXT && !scalar.fromVariable()) {
                problem(field, rule + ", in quotes if it is not a word: not " + scalar.noun());
                return Optional.empty();
            }
            scalar.markText();
            if (scalar.text().matches(pattern)) {
                return Optional.of(scalar.text());
            }
        }
        return wrong(field, rule);
    }

    Optional<Integer> integer(Field field, String what, long least, long most) {
        return whole(field, what, least, most).map(Math::toIntExact);
    }

    Optional<Long> whole(Field field, String what, long least, long most) {
        String range = most == Long.MAX_VALUE || most == Integer.MAX_VALUE
                ? least == Long.MIN_VALUE ? "a whole number" : "a whole number from " + least
                : String.format(Locale.ROOT, "a whole number from %,d to %,d", least, most);
        String rule = what + " is " + range;
        Optional<Scalar> scalar = scalar(field, rule);
        if (scalar.isEmpty()) {
            return Optional.empty();
        }
        String text = scalar.get().text();
        if (scalar.get().type() == Type.NUMBER && text.matches("[-+]?\\d{1,40}")) {
            BigInteger value = new BigInteger(text);
            if (value.compareTo(BigInteger.valueOf(least)) >= 0 && value.compareTo(BigInteger.valueOf(most)) <= 0) {
                return Optional.of(value.longValueExact());
            }
        }
        return wrong(field, rule);
    }

    /** A number above 0. */
    Optional<Double> positive(Field field, String what, double most) {
        String rule = what + " is a number above 0" + (most < 1e300 ? " and at most " + Quantities.plain(most) : "");
        return scalar(field, rule).flatMap(scalar -> {
            if (scalar.type() == Type.NUMBER && scalar.text().matches("\\+?[\\d.]+([eE][-+]?\\d+)?")) {
                double value = Double.parseDouble(scalar.text());
                if (value > 0 && value <= most && Double.isFinite(value)) {
                    return Optional.of(value);
                }
            }
            return wrong(field, rule);
        });
    }

    Optional<Boolean> bool(Field field) {
        if (field.node() instanceof Scalar scalar && scalar.type() == Type.BOOLEAN) {
            return Optional.of(scalar.text().equalsIgnoreCase("true"));
        }
        return wrong(field, "this is true or false");
    }

    Optional<Duration> duration(Field field) {
        return quantity(field, "a duration is such as 500ms, 30s or 2h", Quantities::duration);
    }

    /** A duration longer than nothing. */
    Optional<Duration> positiveDuration(Field field, String what) {
        Optional<Duration> duration = duration(field);
        if (duration.isPresent() && duration.get().isZero()) {
            return wrong(field, what + " is longer than 0s");
        }
        return duration;
    }

    Optional<Double> ratio(Field field) {
        return quantity(field, "a share is such as 0.1% or 0.001", Quantities::ratio);
    }

    /** A rate from 0, or above 0, to 10 million a second. */
    Optional<Double> rate(Field field, boolean zeroAllowed) {
        Optional<Double> rate = quantity(field, "a rate is such as 20/s or 600/m", Quantities::rate);
        if (rate.isPresent() && !(rate.get() <= 1e7 && (zeroAllowed ? rate.get() >= 0 : rate.get() > 0))) {
            return wrong(
                    field,
                    zeroAllowed
                            ? "a rate is from 0/s to 10,000,000/s"
                            : "a rate is above 0/s and at most 10,000,000/s");
        }
        return rate;
    }

    /** An amount above nothing, in a unit. */
    Optional<Double> amount(Field field, Unit unit) {
        String rule = "this is an amount such as " + Quantities.example(unit);
        return quantity(field, rule, text -> Quantities.value(text, unit))
                .flatMap(amount -> amount > 0 ? Optional.of(amount) : wrong(field, rule));
    }

    private <T> Optional<T> quantity(Field field, String rule, Function<String, T> parser) {
        return scalar(field, rule).flatMap(scalar -> {
            if (scalar.type() == Type.BOOLEAN) {
                return wrong(field, rule);
            }
            try {
                return Optional.of(parser.apply(scalar.text()));
            } catch (IllegalArgumentException e) {
                problem(field, String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        });
    }

    /** One of some words. */
    <T> Optional<T> word(Field field, String what, Map<String, T> words) {
        String rule = what + " is one of " + String.join(", ", words.keySet());
        return scalar(field, rule).flatMap(scalar -> {
            T value = words.get(scalar.text());
            if (value != null) {
                return Optional.of(value);
            }
            problem(
                    field,
                    rule + ", not " + scalar.noun()
                            + Nearest.to(scalar.text(), words.keySet())
                                    .map(word -> "; the nearest is \"" + word + "\"")
                                    .orElse(""));
            return Optional.empty();
        });
    }

    /** An {@code http} or {@code https} URL. */
    Optional<URI> url(Field field) {
        String rule = "a URL is http://host[:port][/path] or https://…";
        if (!(field.node() instanceof Scalar scalar)) {
            return wrong(field, rule);
        }
        scalar.markUrl();
        try {
            URI uri = new URI(scalar.text());
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            boolean masked = MASK.equals(uri.getAuthority());
            if (http && (uri.getHost() != null || masked) && uri.getPort() <= 65_535 && uri.getPort() != 0) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException e) {
            return wrong(field, rule);
        }
        return wrong(field, rule);
    }

    /** A map of a known kind. */
    Optional<Section> section(Field field, Block block, String rule) {
        if (field.node() instanceof Mapping mapping) {
            return Optional.of(new Section(block, mapping, field.path(), problems));
        }
        return wrong(field, rule + " is a map with " + String.join(", ", block.keys()));
    }

    /** The items of a list; empty after a problem. */
    List<Field> list(Field field, String what) {
        if (!(field.node() instanceof Sequence sequence)) {
            wrong(field, what + " is a list");
            return List.of();
        }
        List<Field> items = new ArrayList<>();
        for (YamlNode item : sequence.items()) {
            items.add(new Field(item, field.path() + "[" + items.size() + "]"));
        }
        return items;
    }

    /** The items of a list that has one at least. */
    List<Field> filledList(Field field, String what) {
        List<Field> items = list(field, what);
        if (items.isEmpty() && field.node() instanceof Sequence) {
            problem(field, what + " is a list of at least one, not []");
        }
        return items;
    }

    /** A list, or one value that stands for a list of one. */
    List<Field> oneOrMore(Field field, String what) {
        return field.node() instanceof Scalar ? List.of(field) : filledList(field, what);
    }

    /** The entries of a map with keys of the user's own. */
    Map<String, Field> entries(Field field, String what) {
        if (!(field.node() instanceof Mapping mapping)) {
            wrong(field, what + " is a map");
            return Map.of();
        }
        Map<String, Field> entries = new LinkedHashMap<>();
        mapping.entries()
                .forEach((key, entry) -> entries.put(key, new Field(entry.value(), YamlNode.join(field.path(), key))));
        return entries;
    }

    /** HTTP headers; a number or a boolean is a text here. */
    Map<String, String> headers(Field field) {
        Map<String, String> headers = new LinkedHashMap<>();
        entries(field, "headers").forEach((name, value) -> {
            if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                problem(value, "a header's name is a word of letters, digits and dashes, not \"" + name + "\"");
            } else if (!(value.node() instanceof Scalar scalar) || scalar.type() == Type.NULL) {
                wrong(value, "a header's value is a text");
            } else if (!scalar.text().chars().allMatch(c -> c == '\t' || c >= ' ' && c != 127)) {
                problem(value, "a header's value has no line breaks or control characters");
            } else {
                scalar.markFreeText();
                headers.put(name, scalar.text());
            }
        });
        return headers;
    }

    /** A command's program and arguments. */
    List<String> command(Field field) {
        List<String> command = new ArrayList<>();
        for (Field item : filledList(field, "a command")) {
            if (item.node() instanceof Scalar scalar && scalar.type() != Type.NULL) {
                scalar.markFreeText();
                command.add(scalar.text());
            } else {
                wrong(item, "an argument is a text");
            }
        }
        if (!command.isEmpty() && command.getFirst().isBlank()) {
            problem(field, "a command names a program, not \"\"");
        }
        return command;
    }

    /** Any JSON value: what is passed on to a server as it is. */
    Optional<Object> json(Field field) {
        return switch (field.node()) {
            case Scalar scalar -> jsonScalar(field, scalar);
            case Sequence sequence -> {
                List<Object> values = new ArrayList<>();
                for (Field item : list(field, "this")) {
                    json(item).ifPresent(values::add);
                }
                yield Optional.of(values);
            }
            case Mapping mapping -> {
                Map<String, Object> values = new LinkedHashMap<>();
                entries(field, "this").forEach((key, value) -> json(value).ifPresent(v -> values.put(key, v)));
                yield Optional.of(values);
            }
        };
    }

    private Optional<Object> jsonScalar(Field field, Scalar scalar) {
        return switch (scalar.type()) {
            case NULL -> wrong(field, "a parameter has a value");
            case BOOLEAN -> Optional.of(scalar.text().equalsIgnoreCase("true"));
            case TEXT -> {
                scalar.markFreeText();
                yield Optional.of(scalar.text());
            }
            case NUMBER -> {
                String text = scalar.text();
                scalar.markPassedOn();
                if (text.matches("[-+]?\\d{1,18}")) {
                    yield Optional.of(Long.parseLong(text));
                }
                double value = text.matches("[-+\\d.eE]+") ? Double.parseDouble(text) : Double.NaN;
                yield Double.isFinite(value)
                        ? Optional.of(value)
                        : wrong(field, "a parameter is a decimal number that JSON can hold");
            }
        };
    }
}
