package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class ScaleTest {
    @Test
    void ticksAreRoundNumbers() {
        assertEquals(List.of(0.0, 2.0, 4.0, 6.0), Scale.linear(0, 5, 100, 0).ticks(4));
        assertEquals(
                List.of(50.0, 100.0, 200.0, 500.0, 1000.0),
                Scale.logarithmic(55, 900, 100, 0).ticks(4));
        assertEquals(List.of(0.0, 300.0, 600.0, 900.0), new Scale(0, 1000, false, 0, 1).clockTicks(4));
    }

    @Test
    void valuesOutsideStayOnTheEdge() {
        Scale scale = new Scale(10, 1000, true, 0, 100);
        assertEquals(50, scale.at(100), 1e-9);
        assertEquals(0, scale.at(0), 1e-9);
        assertEquals(100, scale.at(5000), 1e-9);
    }

    @Property
    void scalesHoldWhatTheyWereMadeFor(
            @ForAll @DoubleRange(min = 1, max = 9.99) double mantissa,
            @ForAll @IntRange(min = -4, max = 9) int decade,
            @ForAll @DoubleRange(min = 1, max = 1e6) double ratio) {
        double min = mantissa * Math.pow(10, decade);
        double max = min * ratio;
        for (Scale scale : List.of(Scale.linear(0, max, 200, 0), Scale.logarithmic(min, max, 200, 0))) {
            assertTrue(scale.high() >= max * 0.999, scale + " holds " + max);
            assertTrue(scale.low() <= min * 1.000001, scale + " holds " + min);
            List<Double> ticks = scale.ticks(4);
            assertTrue(!ticks.isEmpty() && ticks.size() <= 14, scale + " has ticks " + ticks);
        }
    }
}
