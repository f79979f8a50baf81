package dev.plimsoll.agent.probes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.probes.GcTotals.Total;
import dev.plimsoll.measurements.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GcTotalsTest {
    private static final long SECOND = 1_000_000_000;

    private static Total total(double count, double seconds, double longest) {
        return new Total(count, seconds, OptionalDouble.of(longest));
    }

    private static GcTotals at(long seconds, Map<String, Total> pauses) {
        return new GcTotals(seconds * SECOND, pauses);
    }

    @Test
    void theShareAndTheRateFollowFromSums() {
        GcTotals before = at(10, Map.of("young", Total.of(5, 0.050), "full", Total.of(1, 0.200)));
        GcTotals now = at(12, Map.of("young", Total.of(8, 0.080), "full", Total.of(2, 0.370)));
        // 30 ms and 170 ms in 2 s; 3 + 1 pauses in 2 s.
        assertEquals(10, now.share(before).orElseThrow().asDouble().orElseThrow(), 1e-9);
        assertEquals(Optional.of(Reading.of(2)), now.perSecond(before));
    }

    @Test
    void aPauseLongerThanTheIntervalIsAllOfIt() {
        GcTotals before = at(10, Map.of("full", Total.of(1, 1)));
        GcTotals now = at(11, Map.of("full", Total.of(2, 4)));
        assertEquals(Optional.of(Reading.of(100)), now.share(before));
    }

    @Test
    void withoutTimeInBetweenThereIsNoRate() {
        GcTotals before = at(10, Map.of("young", Total.of(5, 0.050)));
        GcTotals now = at(10, Map.of("young", Total.of(6, 0.060)));
        assertEquals(Optional.empty(), now.share(before));
        assertEquals(Optional.empty(), now.perSecond(before));
    }

    @Test
    void noPauseIsAPauseOfZero() {
        GcTotals before = at(10, Map.of("young", total(5, 0.050, 0.020)));
        GcTotals now = at(11, Map.of("young", total(5, 0.050, 0.020)));
        assertEquals(Reading.of(0), now.longest(before));
    }

    @Test
    void aSinglePauseIsWhatWasAddedToTheSum() {
        GcTotals before = at(10, Map.of("young", total(5, 0.050, 0.020)));
        GcTotals now = at(11, Map.of("young", total(6, 0.062, 0.020)));
        assertEquals(Reading.of(12), now.longest(before));
    }

    @Test
    void aNewMaximumIsTheLongestOfSeveral() {
        GcTotals before = at(10, Map.of("young", total(5, 0.050, 0.020)));
        GcTotals now = at(11, Map.of("young", total(8, 0.100, 0.030)));
        assertEquals(Reading.of(30), now.longest(before));
    }

    @Test
    void severalBelowAnOldMaximumAreNotGuessed() {
        GcTotals before = at(10, Map.of("young", total(5, 0.250, 0.120)));
        GcTotals now = at(11, Map.of("young", total(7, 0.310, 0.120)));
        Reading.Failed failed = assertInstanceOf(Reading.Failed.class, now.longest(before));
        // Two in 60 ms: the longer one took at least 30 ms, and at most all of them.
        assertTrue(failed.reason().startsWith("2 pauses since the last sample"), failed.reason());
        assertTrue(failed.reason().contains("30.0 to 60.0 ms"), failed.reason());
    }

    @Test
    void severalShortOnesDoNotHideALongerOneOfAnotherCollector() {
        GcTotals before = at(10, Map.of("young", total(5, 0.250, 0.120), "full", total(1, 0.100, 0.100)));
        GcTotals now = at(11, Map.of("young", total(7, 0.280, 0.120), "full", total(2, 0.180, 0.100)));
        assertEquals(Reading.of(80), now.longest(before));
    }

    @Test
    void aCollectorThatIsNewBeganWithItsFirstPause() {
        GcTotals before = at(10, Map.of());
        GcTotals now = at(11, Map.of("full", total(3, 0.400, 0.210)));
        assertEquals(Reading.of(210), now.longest(before));
        assertFalse(now.isReset(before));
    }

    @Test
    void whatWentDownOrAwayIsAReset() {
        GcTotals before = at(10, Map.of("young", total(5, 0.050, 0.020)));
        assertTrue(at(11, Map.of("young", total(4, 0.060, 0.020))).isReset(before));
        assertTrue(at(11, Map.of("young", total(6, 0.040, 0.020))).isReset(before));
        assertTrue(at(11, Map.of()).isReset(before));
        assertFalse(at(11, Map.of("young", total(5, 0.050, 0.001))).isReset(before));
    }

    /** What is told is the truth, and what fails names bounds that hold. */
    @Property(seed = "17", tries = 500)
    void theLongestIsNeverALie(
            @ForAll @Size(max = 6) List<@IntRange(min = 1, max = 500) Integer> earlier,
            @ForAll @Size(max = 6) List<@IntRange(min = 1, max = 500) Integer> added) {
        List<Integer> all = new ArrayList<>(earlier);
        all.addAll(added);
        GcTotals before = at(1, Map.of("young", of(earlier)));
        GcTotals now = at(2, Map.of("young", of(all)));
        double longest = added.stream().mapToInt(Integer::intValue).max().orElse(0);
        Reading reading = now.longest(before);
        if (reading instanceof Reading.Failed failed) {
            assertTrue(added.size() > 1, failed.reason());
            String[] bounds = failed.reason()
                    .replaceAll(".* took ([0-9.]+) to ([0-9.]+) ms.*", "$1 $2")
                    .split(" ");
            assertTrue(Double.parseDouble(bounds[0]) <= longest + 1e-3, failed.reason());
            assertTrue(Double.parseDouble(bounds[1]) >= longest - 1e-3, failed.reason());
        } else {
            assertEquals(longest, reading.asDouble().orElseThrow(), 1e-3);
        }
    }

    private static Total of(List<Integer> millis) {
        double sum = 0;
        double longest = 0;
        for (int one : millis) {
            sum += one / 1e3;
            longest = Math.max(longest, one / 1e3);
        }
        return total(millis.size(), sum, longest);
    }
}
