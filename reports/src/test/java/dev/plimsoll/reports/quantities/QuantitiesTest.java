package dev.plimsoll.reports.quantities;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.measurements.Unit;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

final class QuantitiesTest {
    @Test
    void timesHaveThreeDigitsAndTheUnitThatFits() {
        assertEquals("0 ms", Quantities.millis(0));
        assertEquals("500 ns", Quantities.millis(0.0005));
        assertEquals("12.3 µs", Quantities.millis(0.0123));
        assertEquals("0.123 ms", Quantities.millis(0.1234));
        assertEquals("1.23 ms", Quantities.millis(1.234));
        assertEquals("12.3 ms", Quantities.millis(12.34));
        assertEquals("123 ms", Quantities.millis(123.4));
        assertEquals("1.23 s", Quantities.millis(1234));
        assertEquals("75.2 s", Quantities.millis(75_200));
        assertEquals("12.5 min", Quantities.millis(750_000));
        assertEquals("-0.310 ms", Quantities.millis(-0.31));
    }

    @Test
    void roundingUpNeverAddsADigit() {
        assertEquals("10.0", Quantities.digits(9.999));
        assertEquals("100", Quantities.digits(99.99));
        assertEquals("1.00 s", Quantities.millis(999.9));
        assertEquals("1,000", Quantities.digits(999.9));
    }

    @Test
    void clocksTurnFromSecondsToMinutesToHours() {
        assertEquals("0.5 s", Quantities.clock(0.5));
        assertEquals("60 s", Quantities.clock(60));
        assertEquals("2:05", Quantities.clock(125));
        assertEquals("1:02:05", Quantities.clock(3725));
        assertEquals("-3 s", Quantities.clock(-3));
    }

    @Test
    void ratesShowTheHundredthThatSeparatesOfferedFromSent() {
        assertEquals("19.97", Quantities.rate(19.97));
        assertEquals("20.00", Quantities.rate(20));
        assertEquals("312.4", Quantities.rate(312.44));
        assertEquals("1,278", Quantities.rate(1278.3));
        assertEquals("0.00123", Quantities.rate(0.001234));
    }

    @Test
    void almostAllIsNotAllAndAlmostNothingIsNotNothing() {
        assertEquals("0 %", Quantities.percent(0));
        assertEquals("100 %", Quantities.percent(1));
        assertEquals("99.97 %", Quantities.percent(0.9997));
        assertEquals(">99.99 %", Quantities.percent(0.99999));
        assertEquals("<0.001 %", Quantities.percent(0.000001));
        assertEquals("0.017 %", Quantities.percent(0.00017));
        assertEquals("0.17 %", Quantities.percent(0.0017));
        assertEquals("95.2 %", Quantities.percent(0.952));
        assertEquals("5 %", Quantities.percent(0.05));
        assertEquals("-5 %", Quantities.value(-5, "%"));
    }

    @Test
    void everyUnitIsPrinted() {
        assertEquals("1.50 GiB", Quantities.value(1.5 * 1024 * 1024 * 1024, Unit.BYTES));
        assertEquals("1 KiB/s", Quantities.value(1024, Unit.BYTES_PER_SECOND));
        assertEquals("83 °C", Quantities.value(83, Unit.CELSIUS));
        assertEquals("310 W", Quantities.value(310, Unit.WATTS));
        assertEquals("19.97 /s", Quantities.value(19.97, Unit.PER_SECOND));
        assertEquals("1 token", Quantities.value(1, Unit.TOKENS));
        assertEquals("312 ms", Quantities.value(312, "ms"));
        assertEquals("5 furlongs", Quantities.value(5, "furlongs"));
    }

    @Test
    void localeChangesNothing() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertEquals("1.23 s", Quantities.millis(1234));
            assertEquals("1,234,567", Quantities.count(1_234_567));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Property
    void printedTimeIsWithinHalfAPercentOfTheTime(
            @ForAll @DoubleRange(min = 0.001, max = 3e6) @Scale(6) double millis) {
        String[] parts = Quantities.millis(millis).split(" ");
        double factor = switch (parts[1]) {
            case "ns" -> 1e-6;
            case "µs" -> 1e-3;
            case "ms" -> 1;
            case "s" -> 1000;
            case "min" -> 60_000;
            default -> throw new AssertionError(parts[1]);
        };
        double printed = Double.parseDouble(parts[0].replace(",", "")) * factor;
        assertEquals(millis, printed, millis * 0.005001);
    }
}
