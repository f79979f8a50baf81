package dev.plimsoll.agent.probes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Reading;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CountersTest {
    private static final long SECOND = 1_000_000_000;

    private static Counters at(long nanos, Map<String, Double> series) {
        Counters counters = new Counters(nanos);
        counters.put("c", series);
        return counters;
    }

    private static Optional<Reading> rate(Counters earlier, Counters now) {
        return now.perSecond(earlier, "c");
    }

    @Test
    void addsUpWhatTheSeriesGrewBy() {
        Counters before = at(0, Map.of("a", 1.0, "b", 10.0));
        // 4 and 2 in 2 s.
        assertEquals(Optional.of(Reading.of(3)), rate(before, at(2 * SECOND, Map.of("a", 5.0, "b", 12.0))));
    }

    @Test
    void aNewSeriesAddsNothingUntilTheNextTime() {
        Counters before = at(0, Map.of("a", 1.0));
        Counters now = at(SECOND, Map.of("a", 2.0, "b", 1e9));
        assertEquals(Optional.of(Reading.of(1)), rate(before, now));
        assertEquals(Optional.of(Reading.of(2)), rate(now, at(2 * SECOND, Map.of("a", 3.0, "b", 1e9 + 1))));
    }

    @Test
    void aSeriesThatWentDownOrAwayIsAReset() {
        Counters before = at(0, Map.of("a", 1.0, "b", 10.0));
        Reading reset = Reading.failed("counter was reset");
        assertEquals(Optional.of(reset), rate(before, at(SECOND, Map.of("a", 100.0, "b", 9.0))));
        assertEquals(Optional.of(reset), rate(before, at(SECOND, Map.of("a", 100.0))));
    }

    @Test
    void withoutABaseOrWithoutTimeThereIsNoRate() {
        Counters now = at(SECOND, Map.of("a", 1.0));
        assertEquals(Optional.empty(), now.perSecond(null, "c"));
        assertEquals(Optional.empty(), rate(at(0, Map.of()), now));
        assertEquals(Optional.empty(), rate(now, now));
        assertEquals(Optional.empty(), rate(at(2 * SECOND, Map.of("a", 0.0)), now));
        assertEquals(Optional.empty(), rate(at(0, Map.of("a", 0.0)), at(SECOND, Map.of())));
    }

    @Test
    void aQuotientOfNothingIsAbsent() {
        Counters before = new Counters(0);
        before.put("sum", 1);
        before.put("count", 1);
        Counters same = new Counters(SECOND);
        same.put("sum", 1);
        same.put("count", 1);
        assertEquals(Optional.empty(), same.quotient(before, "sum", "count", 1, 10));
        Counters more = new Counters(SECOND);
        more.put("sum", 4);
        more.put("count", 3);
        // 3 over 2, twice.
        assertEquals(Optional.of(Reading.of(3)), more.quotient(before, "sum", "count", 2, 10));
        assertEquals(Optional.of(Reading.of(1)), more.quotient(before, "sum", "count", 2, 1));
    }

    @Property(seed = "20260101")
    void noRateIsEverNegativeOrEndless(
            @ForAll long a,
            @ForAll long b,
            @ForAll long laterA,
            @ForAll long laterB,
            @ForAll @LongRange(min = 1) long n) {
        // Any double at all, those that are no numbers included.
        Counters before = at(0, Map.of("a", Double.longBitsToDouble(a), "b", Double.longBitsToDouble(b)));
        Counters now = at(n, Map.of("a", Double.longBitsToDouble(laterA), "b", Double.longBitsToDouble(laterB)));
        rate(before, now)
                .ifPresent(reading -> reading.asDouble()
                        .ifPresent(value -> assertTrue(value >= 0 && Double.isFinite(value), "rate " + value)));
    }

    @Test
    void aRateBeyondAllNumbersIsNone() {
        // 7e307 in 43 ns would be 1.6e315 a second, which no double holds.
        Optional<Reading> rate = rate(at(0, Map.of("a", 0.0)), at(43, Map.of("a", 7e307)));
        assertEquals(Optional.of(Reading.failed("counter was reset")), rate);
    }
}
