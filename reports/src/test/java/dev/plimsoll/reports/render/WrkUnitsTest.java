package dev.plimsoll.reports.render;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what wrk 4.1's own functions print: its {@code units.c} and {@code print_units}, compiled alone. */
class WrkUnitsTest {
    private static final Pattern LINE = Pattern.compile("(\\w+) (\\S+) \\|(.*)\\|");

    @ParameterizedTest
    @MethodSource("golden")
    void writesWhatWrkWrites(String line) {
        Matcher matcher = LINE.matcher(line);
        assertEquals(true, matcher.matches(), line);
        double number = Double.parseDouble(matcher.group(2));
        String ours = switch (matcher.group(1)) {
            case "time" -> WrkUnits.column(WrkUnits.time(number), 10);
            case "metric" -> WrkUnits.column(WrkUnits.metric(number), 10);
            case "binary" -> String.format("%10sB", WrkUnits.binary(number));
            case "seconds" -> WrkUnits.duration((long) number);
            default -> throw new IllegalArgumentException(line);
        };
        assertEquals(matcher.group(3), ours, line);
    }

    static List<String> golden() throws IOException {
        try (var in = WrkUnitsTest.class.getResourceAsStream("wrk-4.1-units.txt")) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }
}
