package dev.plimsoll.reports.render;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * Numbers as wrk writes them: two decimals and the unit that suits. wrk goes over to the next larger unit from 0.85 of it,
 * so that 900 µs are {@code 0.90ms}. Pure.
 */
final class WrkUnits {
    private static final double TURN = 0.85;
    private static final double MICROS_PER_SECOND = 1e6;

    private WrkUnits() {}

    /** A time given in microseconds, such as {@code 71.07us}, {@code 4.19ms}, {@code 2.00s} or {@code 1.50m}. */
    static String time(double micros) {
        return micros >= MICROS_PER_SECOND
                ? scaled(micros / MICROS_PER_SECOND, 60, "s", List.of("m"))
                : scaled(micros, 1_000, "us", List.of("ms"));
    }

    /** A number of bytes, without the {@code B}: {@code 36.48M} or {@code 0.00}. */
    static String binary(double bytes) {
        return scaled(bytes, 1_024, "", List.of("K", "M", "G", "T"));
    }

    /** A count, such as {@code 120.07k}. */
    static String metric(double count) {
        return scaled(count, 1_000, "", List.of("k", "M", "G", "T"));
    }

    /** Whole seconds as the first line has them: {@code 30s}, {@code 2m}. */
    static String duration(long seconds) {
        /* Rounded half to even, as C's printf does: 90 s are 2m there, and 150 s too. */
        return seconds >= 60 * TURN ? (long) Math.rint(seconds / 60.0) + "m" : seconds + "s";
    }

    /** With so many decimals, rounded as C's {@code printf} does: the double's exact value, half to even. */
    static String fixed(double number, int decimals) {
        return new BigDecimal(number).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
    }

    /** Padded to a column of wrk's tables; a unit of two letters goes two characters further than none. */
    static String column(String text, int width) {
        int pad = 2;
        for (int back = 1; back <= 2; back++) {
            int at = text.length() - back;
            if (at >= 0 && Character.isLetter(text.charAt(at))) {
                pad--;
            }
        }
        int room = width - pad;
        String fitting = text.length() > room ? text.substring(0, room) : text;
        return " ".repeat(room - fitting.length()) + fitting + " ".repeat(pad);
    }

    private static String scaled(double number, int scale, String base, List<String> units) {
        double amount = number;
        String unit = base;
        for (int i = 0; i < units.size() && amount >= scale * TURN; i++) {
            amount /= scale;
            unit = units.get(i);
        }
        return fixed(amount, 2) + unit;
    }
}
