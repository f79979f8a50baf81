package dev.plimsoll.reports.quantities;

import dev.plimsoll.measurements.Unit;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Numbers as people read them, the same in every report and in every locale: three digits that matter, thousands parted
 * by commas, a unit that fits the size.
 */
public final class Quantities {
    /** Stands where there is no number. */
    public static final String NONE = "–";

    private static final double MILLIS_PER_SECOND = 1000;
    private static final double SECONDS_PER_MINUTE = 60;
    /* A ratio times 100 is rarely whole to the last bit. */
    private static final double WHOLE = 1e-9;
    private static final double BYTES_STEP = 1024;
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Quantities() {}

    /** A count, such as {@code 1,200}. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /**
     * A time given in milliseconds: {@code 0.123 ms}, {@code 12.3 ms}, {@code 1.23 s}, {@code 12.5 min}.
     *
     * @param millis finite
     */
    public static String millis(double millis) {
        double size = Math.abs(millis);
        if (size == 0) {
            return "0 ms";
        }
        if (size < 0.001) {
            return digits(millis * 1e6) + " ns";
        }
        if (size < 0.1) {
            return digits(millis * MILLIS_PER_SECOND) + " µs";
        }
        if (size < 999.5) {
            return digits(millis) + " ms";
        }
        double seconds = millis / MILLIS_PER_SECOND;
        return Math.abs(seconds) < 599.5 ? digits(seconds) + " s" : digits(seconds / SECONDS_PER_MINUTE) + " min";
    }

    /** A length of time on a clock: {@code 0.5 s}, {@code 45 s}, {@code 2:05}, {@code 1:02:05}. */
    public static String clock(double seconds) {
        if (Math.abs(seconds) < 119.5) {
            double rounded = Math.round(seconds * 10) / 10.0;
            return plain(rounded) + " s";
        }
        long whole = Math.round(Math.abs(seconds));
        String sign = seconds < 0 ? "-" : "";
        return whole < 3600
                ? String.format(Locale.ROOT, "%s%d:%02d", sign, whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%s%d:%02d:%02d", sign, whole / 3600, whole / 60 % 60, whole % 60);
    }

    /** A rate without its unit: {@code 0.25}, {@code 19.97}, {@code 312.4}, {@code 1,278}. */
    public static String rate(double perSecond) {
        double size = Math.abs(perSecond);
        if (size < 100) {
            return size != 0 && size < 0.01 ? digits(perSecond) : fixed(perSecond, 2);
        }
        return fixed(perSecond, size < 1000 ? 1 : 0);
    }

    /**
     * A share as a percentage: {@code 0.17 %}, {@code 95.2 %}. What is not everything is never rounded to 100 %, and
     * what is not nothing never to 0 %.
     *
     * @param ratio 1 for 100 %
     */
    public static String percent(double ratio) {
        return hundredths(ratio * 100);
    }

    /** Bytes, in units of 1024: {@code 512 B}, {@code 1.5 GiB}. */
    public static String bytes(double bytes) {
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= BYTES_STEP && unit < BYTE_UNITS.length - 1) {
            value /= BYTES_STEP;
            unit++;
        }
        return digits(value) + " " + BYTE_UNITS[unit];
    }

    /** A value with its unit. */
    public static String value(double value, Unit unit) {
        return switch (unit) {
            case MILLISECONDS -> millis(value);
            case RATIO -> percent(value);
            case PERCENT -> hundredths(value);
            case PER_SECOND -> rate(value) + " /s";
            case BYTES -> bytes(value);
            case BYTES_PER_SECOND -> bytes(value) + "/s";
            case COUNT -> digits(value);
            case CELSIUS -> digits(value) + " °C";
            case TOKENS -> digits(value) + (value == 1 ? " token" : " tokens");
            case WATTS, JOULES, MEGAHERTZ -> digits(value) + " " + unit.symbol();
        };
    }

    /** A value whose unit is known by its symbol only, as in bundle files; a symbol no unit has is printed after it. */
    public static String value(double value, String symbol) {
        if (symbol.isEmpty()) {
            return digits(value);
        }
        for (Unit unit : Unit.values()) {
            if (unit.symbol().equals(symbol)) {
                return value(value, unit);
            }
        }
        return digits(value) + " " + symbol;
    }

    /** The unit as the label of an axis or a column. */
    public static String axis(Unit unit) {
        return switch (unit) {
            case RATIO, PERCENT -> "%";
            case COUNT -> "count";
            case CELSIUS -> "°C";
            case PER_SECOND -> "per second";
            default -> unit.symbol();
        };
    }

    /** Three significant digits, whole numbers in full, with thousands parted. */
    public static String digits(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (value == Math.rint(value) && size < 1e15) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        if (size >= 1e15 || size < 1e-6) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        if (size >= 99.95) {
            return fixed(value, 0);
        }
        BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(3, RoundingMode.HALF_UP));
        int before = rounded.precision() - rounded.scale();
        return rounded.setScale(Math.max(0, 3 - before), RoundingMode.HALF_UP).toPlainString();
    }

    /** The shortest text of a number that was meant to be short, such as a tick: {@code 0.5}, {@code 20}, {@code 1,500}. */
    public static String plain(double value) {
        BigDecimal rounded =
                BigDecimal.valueOf(value).setScale(6, RoundingMode.HALF_EVEN).stripTrailingZeros();
        return String.format(Locale.ROOT, "%,." + Math.max(0, rounded.scale()) + "f", rounded);
    }

    private static String hundredths(double percent) {
        double size = Math.abs(percent);
        if (size == 0) {
            return "0 %";
        }
        if (Math.abs(percent - Math.rint(percent)) < WHOLE && size > 0.5) {
            return fixed(Math.rint(percent), 0) + " %";
        }
        if (size < 0.001) {
            return (percent < 0 ? "-" : "") + "<0.001 %";
        }
        if (size < 0.1) {
            return fixed(percent, 3) + " %";
        }
        if (size < 9.995) {
            return fixed(percent, 2) + " %";
        }
        if (size < 100 && size >= 99.95) {
            return size >= 99.995 ? ">99.99 %" : fixed(percent, 2) + " %";
        }
        return fixed(percent, 1) + " %";
    }

    private static String fixed(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
