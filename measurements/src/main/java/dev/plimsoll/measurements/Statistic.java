package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statistic over values: {@code mean}, {@code stddev}, {@code min}, {@code max} or a percentile such as {@code p99.9}.
 *
 * @param kind which one
 * @param percentile the percentile, above 0 and below 100; 0 unless {@code kind} is {@link Kind#PERCENTILE}
 */
public record Statistic(Kind kind, double percentile) {

    /** The kinds of statistic. */
    public enum Kind {
        /** Arithmetic mean. */
        MEAN,
        /** Standard deviation. */
        STDDEV,
        /** Smallest value. */
        MIN,
        /** Largest value. */
        MAX,
        /** The value at or below which a share of all values lies. */
        PERCENTILE
    }

    private static final Pattern PERCENTILE = Pattern.compile("p(\\d{1,2}(?:\\.\\d{1,4})?)");

    /** Arithmetic mean. */
    public static final Statistic MEAN = new Statistic(Kind.MEAN, 0);
    /** Standard deviation. */
    public static final Statistic STDDEV = new Statistic(Kind.STDDEV, 0);
    /** Smallest value. */
    public static final Statistic MIN = new Statistic(Kind.MIN, 0);
    /** Largest value. */
    public static final Statistic MAX = new Statistic(Kind.MAX, 0);

    /** Checks the components. */
    public Statistic {
        requireNonNull(kind, "kind");
        if (kind == Kind.PERCENTILE ? !(percentile > 0 && percentile < 100) : percentile != 0) {
            throw new IllegalArgumentException("a percentile is above 0 and below 100, not " + percentile);
        }
    }

    /** A percentile, such as 99.9. */
    public static Statistic percentile(double percentile) {
        return new Statistic(Kind.PERCENTILE, percentile);
    }

    /** The statistic written so, if it is one: {@code mean}, {@code stddev}, {@code min}, {@code max}, {@code p50} … */
    public static Optional<Statistic> parse(String text) {
        switch (text) {
            case "mean":
                return Optional.of(MEAN);
            case "stddev":
                return Optional.of(STDDEV);
            case "min":
                return Optional.of(MIN);
            case "max":
                return Optional.of(MAX);
            default:
                Matcher matcher = PERCENTILE.matcher(text);
                if (!matcher.matches()) {
                    return Optional.empty();
                }
                double value = Double.parseDouble(matcher.group(1));
                return value > 0 ? Optional.of(percentile(value)) : Optional.empty();
        }
    }

    @Override
    public String toString() {
        return switch (kind) {
            case MEAN -> "mean";
            case STDDEV -> "stddev";
            case MIN -> "min";
            case MAX -> "max";
            case PERCENTILE -> {
                String number = Double.toString(percentile);
                yield "p" + (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number);
            }
        };
    }
}
