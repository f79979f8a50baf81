package dev.plimsoll.scenarios;

import dev.plimsoll.measurements.Unit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers with units. Each parser fails with an {@link IllegalArgumentException} whose message is the rule and the
 * offending text.
 */
final class Quantities {
    /** The longest duration anywhere in a scenario: 30 days. */
    static final Duration MAX_DURATION = Duration.ofHours(720);

    private static final String NUMBER = "\\d{1,18}(?:\\.\\d{1,18})?|\\.\\d{1,18}";
    private static final Pattern DURATION_PART = Pattern.compile("(" + NUMBER + ")(ns|us|µs|ms|s|m|h|d)");
    private static final Pattern WITH_UNIT =
            Pattern.compile("([-+]?(?:" + NUMBER + ")(?:[eE][-+]?\\d{1,2})?)\\s*(\\S*)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns",
            1L,
            "us",
            1_000L,
            "µs",
            1_000L,
            "ms",
            1_000_000L,
            "s",
            1_000_000_000L,
            "m",
            60_000_000_000L,
            "h",
            3_600_000_000_000L,
            "d",
            86_400_000_000_000L);
    private static final Map<String, Double> BYTES = bytes();

    private Quantities() {}

    /** A duration such as {@code 500ms}, {@code 1.5s} or {@code 1m30s}, from 0 to 30 days. */
    static Duration duration(String text) {
        if (text.startsWith("-") && text.length() > 1) {
            throw new IllegalArgumentException("a duration is not negative, not " + quote(text));
        }
        if (text.matches(NUMBER)) {
            throw new IllegalArgumentException("a duration has a unit, such as " + text + "s, not " + quote(text));
        }
        Matcher matcher = DURATION_PART.matcher(text);
        BigDecimal nanos = BigDecimal.ZERO;
        int end = 0;
        long larger = Long.MAX_VALUE;
        while (end < text.length() && matcher.find(end) && matcher.start() == end) {
            long unit = NANOS.getOrDefault(matcher.group(2), 1L);
            if (unit >= larger) {
                break;
            }
            larger = unit;
            nanos = nanos.add(new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit)));
            end = matcher.end();
        }
        if (text.isEmpty() || end < text.length()) {
            throw new IllegalArgumentException("a duration is such as 500ms, 30s, 1m30s or 2h, not " + quote(text));
        }
        if (nanos.compareTo(BigDecimal.valueOf(MAX_DURATION.toNanos())) > 0) {
            throw new IllegalArgumentException("a duration is at most 720h, not " + quote(text));
        }
        return Duration.ofNanos(nanos.setScale(0, RoundingMode.HALF_UP).longValueExact());
    }

    /** The shortest text that {@link #duration} reads as that. */
    static String format(Duration duration) {
        long nanos = duration.toNanos();
        for (String unit : new String[] {"h", "m", "s", "ms", "us"}) {
            long size = NANOS.getOrDefault(unit, 1L);
            if (nanos % size == 0 && (nanos > 0 || unit.equals("s"))) {
                return nanos / size + unit;
            }
        }
        return nanos + "ns";
    }

    /** A rate such as {@code 20/s}, {@code 600/m}, {@code 72000/h} or {@code 20}, per second. */
    static double rate(String text) {
        Matcher matcher = WITH_UNIT.matcher(text);
        if (matcher.matches()) {
            double value = Double.parseDouble(matcher.group(1));
            switch (matcher.group(2)) {
                case "", "/s":
                    return value;
                case "/m", "/min":
                    return value / 60;
                case "/h":
                    return value / 3600;
                default:
            }
        }
        throw new IllegalArgumentException("a rate is such as 20/s or 600/m, not " + quote(text));
    }

    /** A share such as {@code 0.1%} or {@code 0.001}, from 0 to 1. */
    static double ratio(String text) {
        Matcher matcher = WITH_UNIT.matcher(text);
        if (matcher.matches() && (matcher.group(2).isEmpty() || matcher.group(2).equals("%"))) {
            BigDecimal number = new BigDecimal(matcher.group(1));
            double value = (matcher.group(2).isEmpty() ? number : number.movePointLeft(2)).doubleValue();
            if (value >= 0 && value <= 1) {
                return value;
            }
            throw new IllegalArgumentException("a share is from 0% to 100% (0 to 1), not " + quote(text));
        }
        throw new IllegalArgumentException("a share is such as 0.1% or 0.001, not " + quote(text));
    }

    /** A share of something such as {@code 250%}, which may be above 100 %. */
    static double share(String text) {
        if (!text.matches("(?:" + NUMBER + ")%")) {
            throw new IllegalArgumentException("a change is such as 10%, not " + quote(text));
        }
        return new BigDecimal(text.substring(0, text.length() - 1))
                .movePointLeft(2)
                .doubleValue();
    }

    /** Percentage points such as {@code 2pp}. */
    static double points(String text) {
        if (!text.matches("(?:" + NUMBER + ")pp")) {
            throw new IllegalArgumentException("percentage points are such as 2pp, not " + quote(text));
        }
        return Double.parseDouble(text.substring(0, text.length() - 2));
    }

    /** A value of a metric, in the metric's unit. */
    static double value(String text, Unit unit) {
        return switch (unit) {
            case MILLISECONDS -> {
                if (text.matches(NUMBER)) {
                    throw new IllegalArgumentException(
                            "a duration has a unit, such as " + text + "ms, not " + quote(text));
                }
                yield duration(text).toNanos() / 1e6;
            }
            case PER_SECOND -> rate(text);
            case RATIO -> ratio(text);
            case PERCENT -> percent(text);
            case TOKENS -> scaled(text, unit, Map.of("", 1.0, "tokens", 1.0));
            case COUNT -> scaled(text, unit, Map.of("", 1.0));
            case BYTES -> scaled(text, unit, BYTES);
            case BYTES_PER_SECOND -> {
                if (!text.endsWith("/s")) {
                    throw wrongUnit(text, unit);
                }
                try {
                    yield scaled(text.substring(0, text.length() - 2), unit, BYTES);
                } catch (IllegalArgumentException e) {
                    throw wrongUnit(text, unit, e);
                }
            }
            case CELSIUS -> scaled(text, unit, Map.of("C", 1.0, "°C", 1.0));
            case WATTS -> scaled(text, unit, Map.of("W", 1.0, "kW", 1e3, "mW", 1e-3));
            case JOULES -> scaled(text, unit, Map.of("J", 1.0, "kJ", 1e3, "MJ", 1e6));
            case MEGAHERTZ -> scaled(text, unit, Map.of("MHz", 1.0, "GHz", 1e3));
        };
    }

    /** A text that {@link #value} reads as that value. */
    static String format(double value, Unit unit) {
        if (unit == Unit.MILLISECONDS) {
            return format(Duration.ofNanos(Math.round(value * 1e6)));
        }
        return plain(value) + unit.symbol();
    }

    /** A number without exponent or needless zeros. */
    static String plain(double value) {
        BigDecimal number = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        return number.signum() == 0 ? "0" : number.toPlainString();
    }

    /** How limits in that unit are written. */
    static String example(Unit unit) {
        return switch (unit) {
            case MILLISECONDS -> "500ms or 2s";
            case TOKENS, COUNT -> "100";
            case PER_SECOND -> "20/s or 600/m";
            case RATIO -> "0.1% or 0.001";
            case PERCENT -> "75%";
            case BYTES -> "512MiB or 40GB";
            case BYTES_PER_SECOND -> "100MiB/s";
            case CELSIUS -> "83C";
            case WATTS -> "300W";
            case JOULES -> "500J";
            case MEGAHERTZ -> "1200MHz";
        };
    }

    private static double percent(String text) {
        double value = scaled(text, Unit.PERCENT, Map.of("%", 1.0));
        if (value < 0 || value > 100) {
            throw new IllegalArgumentException("a share is from 0% to 100%, not " + quote(text));
        }
        return value;
    }

    private static double scaled(String text, Unit unit, Map<String, Double> factors) {
        Matcher matcher = WITH_UNIT.matcher(text);
        Double factor = matcher.matches() ? factors.get(matcher.group(2)) : null;
        if (factor == null) {
            throw wrongUnit(text, unit);
        }
        return Double.parseDouble(matcher.group(1)) * factor;
    }

    private static IllegalArgumentException wrongUnit(String text, Unit unit) {
        return new IllegalArgumentException("a limit on it is such as " + example(unit) + ", not " + quote(text));
    }

    private static IllegalArgumentException wrongUnit(String text, Unit unit, Throwable cause) {
        return new IllegalArgumentException(
                "a limit on it is such as " + example(unit) + ", not " + quote(text), cause);
    }

    private static Map<String, Double> bytes() {
        Map<String, Double> factors = new LinkedHashMap<>();
        factors.put("B", 1.0);
        String prefixes = "KMGT";
        for (int i = 0; i < prefixes.length(); i++) {
            char prefix = prefixes.charAt(i);
            factors.put(prefix + "iB", Math.pow(1024, i + 1));
            factors.put((prefix == 'K' ? 'k' : prefix) + "B", Math.pow(1000, i + 1));
        }
        return Map.copyOf(factors);
    }

    private static String quote(String text) {
        return "\"" + (text.length() <= 60 ? text : text.substring(0, 57) + "…") + "\"";
    }
}
