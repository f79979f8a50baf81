package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plimsoll.measurements.Unit;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
    /** 720 h in nanoseconds. */
    private static final long LONGEST = 720L * 3600 * 1_000_000_000;

    @ParameterizedTest
    @CsvSource({
        "500ms,PT0.5S",
        "30s,PT30S",
        "5m,PT5M",
        "2h,PT2H",
        "1m30s,PT1M30S",
        "1.5s,PT1.5S",
        "0s,PT0S",
        "1d,PT24H",
        "250us,PT0.00025S",
        "250µs,PT0.00025S",
        "7ns,PT0.000000007S",
        "1h0m1s,PT1H1S",
        ".5s,PT0.5S",
        "720h,PT720H"
    })
    void durationsAreRead(String text, Duration expected) {
        assertEquals(expected, Quantities.duration(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "5", "-5s", "s", "5 s", "1s1m", "1s1s", "NaN", "1e3s", "721h", "99999999999999999d", "+5s"})
    void otherTextsAreNoDurations(String text) {
        assertThrows(IllegalArgumentException.class, () -> Quantities.duration(text));
    }

    @Property(seed = "1", tries = 500)
    void durationsRoundTrip(@ForAll @LongRange(min = 0, max = LONGEST) long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        assertEquals(duration, Quantities.duration(Quantities.format(duration)));
    }

    @Property(seed = "2", tries = 300)
    void compoundDurationsAddUp(
            @ForAll @IntRange(max = 100) int hours,
            @ForAll @IntRange(max = 59) int minutes,
            @ForAll @IntRange(max = 59) int seconds) {
        assertEquals(
                Duration.ofSeconds(hours * 3600L + minutes * 60L + seconds),
                Quantities.duration(hours + "h" + minutes + "m" + seconds + "s"));
    }

    @ParameterizedTest
    @CsvSource({"20/s,20", "600/m,10", "600/min,10", "7200/h,2", "20,20", "0.5/s,0.5", "1e3/s,1000"})
    void ratesAreRead(String text, double expected) {
        assertEquals(expected, Quantities.rate(text));
    }

    @Property(seed = "3", tries = 300)
    void ratesRoundTrip(@ForAll @DoubleRange(min = 0.01, max = 1e7) double rate) {
        assertEquals(rate, Quantities.rate(Quantities.plain(rate) + "/s"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/s", "20/w", "fast", "20 per s", "NaN", ".inf", "0x10/s"})
    void otherTextsAreNoRates(String text) {
        assertThrows(IllegalArgumentException.class, () -> Quantities.rate(text));
    }

    @ParameterizedTest
    @CsvSource({
        "RATIO,0.1%,0.001", "RATIO,0.001,0.001", "PERCENT,75%,75", "BYTES,512MiB,536870912", "BYTES,40GB,4e10",
        "BYTES_PER_SECOND,1kB/s,1000", "CELSIUS,83C,83", "CELSIUS,83°C,83", "WATTS,0.7kW,700", "MEGAHERTZ,1.2GHz,1200",
        "MILLISECONDS,2s,2000", "PER_SECOND,600/m,10", "TOKENS,64,64", "COUNT,3,3", "JOULES,5kJ,5000"
    })
    void limitsAreReadInTheMetricsUnit(Unit unit, String text, double expected) {
        assertEquals(expected, Quantities.value(text, unit), expected * 1e-12);
    }

    @ParameterizedTest
    @CsvSource({
        "RATIO,5ms",
        "RATIO,101%",
        "RATIO,-1%",
        "PERCENT,0.75",
        "PERCENT,101%",
        "BYTES,512",
        "BYTES,5Mb",
        "CELSIUS,83",
        "CELSIUS,83F",
        "WATTS,300",
        "MEGAHERTZ,1200",
        "MILLISECONDS,200",
        "PER_SECOND,5ms",
        "TOKENS,5s",
        "COUNT,5%",
        "BYTES_PER_SECOND,5MiB",
        "BYTES_PER_SECOND,5x/s"
    })
    void aLimitOfAnotherUnitIsRefused(Unit unit, String text) {
        assertThrows(IllegalArgumentException.class, () -> Quantities.value(text, unit));
    }

    @Property(seed = "4", tries = 300)
    void limitsRoundTripInEveryUnit(@ForAll Unit unit, @ForAll @IntRange(max = 100_000) int thousandths) {
        double most = unit == Unit.RATIO ? 1e-3 : 1;
        double value = Math.round(thousandths * most * 1e6) / 1e9;
        assertEquals(value, Quantities.value(Quantities.format(value, unit), unit), 1e-9);
    }
}
