package dev.plimsoll.controller.commands;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers as wrk reads them: whole, with a unit whose case does not matter. {@code m} is a million for a count and a minute
 * for a time. Pure.
 */
final class WrkNumbers {
    private static final Pattern NUMBER = Pattern.compile("\\s*(\\d{1,18})([A-Za-z]?)");

    private WrkNumbers() {}

    /** A count, such as {@code 100}, {@code 1k} or {@code 2M}; absent when it is none. */
    static OptionalLong count(String text) {
        return number(text, "", 1_000, List.of("k", "m", "g", "t", "p"));
    }

    /** A time in seconds, such as {@code 30}, {@code 30s}, {@code 2m} or {@code 1h}; absent when it is none. */
    static OptionalLong seconds(String text) {
        return number(text, "s", 60, List.of("m", "h"));
    }

    private static OptionalLong number(String text, String base, long scale, List<String> units) {
        Matcher matcher = NUMBER.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        String unit = matcher.group(2).toLowerCase(Locale.ROOT);
        long factor = 1;
        if (!unit.isEmpty() && !unit.equals(base)) {
            int index = units.indexOf(unit);
            if (index < 0) {
                return OptionalLong.empty();
            }
            for (int i = 0; i <= index; i++) {
                factor *= scale;
            }
        }
        long number = Long.parseLong(matcher.group(1));
        return number > Long.MAX_VALUE / factor ? OptionalLong.empty() : OptionalLong.of(number * factor);
    }
}
