package dev.plimsoll.reports.causes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.TestingLoad;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ten requests a second of 100 ms each; from second 30 to 34 none is admitted, and in second 35 all of them are. */
class BacklogTest {
    private static final int SECONDS = 60;
    private static final int RATE = 10;
    private static final int STOP = 30;
    private static final int END = 35;

    /** An interval in which that many requests are scheduled and so many answered, each after so many ms. */
    private static Moment moment(int second, int answered, int failed, double millis, boolean streams) {
        Moment.Sum times = new Moment.Sum(answered * millis, answered);
        Map<String, Moment.Sum> sums =
                answered == 0 ? Map.of() : streams ? Map.of("ttft", times, "latency", times) : Map.of("latency", times);
        return new Moment(second, 1, sums, Optional.empty(), RATE, RATE, answered, failed, 0);
    }

    private static Grid grid(boolean streams, double extraMillis) {
        PhaseWindow window = TestingLoad.steady("steady", SECONDS);
        RunSeries series = new RunSeries();
        for (int second = 0; second < SECONDS; second++) {
            boolean stopped = second >= STOP && second < END;
            int answered = stopped ? 0 : second == END ? RATE * (END - STOP + 1) : RATE;
            series.add(window, moment(second, answered, 0, second == END ? 100 + extraMillis : 100, streams));
        }
        return Grid.of(window, 0, series).orElseThrow();
    }

    /** What is seen of the stop: one interval of long times. */
    private static Anomaly seen(Grid grid, double extraMillis) {
        int at = (int) (END - grid.start());
        return new Anomaly(
                Symptom.TTFT,
                at,
                at + 1,
                at,
                at + 1,
                100,
                100 + extraMillis,
                extraMillis,
                RATE,
                5,
                Shift.Edge.NONE,
                List.of(),
                List.of(new Coincidence.Span(at, at + 1)));
    }

    @Test
    void requestsAreHeldUpFromTheBeginningOfAStopAndMoreEachSecond() {
        for (boolean streams : new boolean[] {true, false}) {
            Grid grid = grid(streams, 2500);
            Coincidence.Span held = new Backlog(grid).of(seen(grid, 2500), 6).orElseThrow();
            assertEquals(STOP, grid.t(held.from()));
            assertEquals(END, grid.t(held.to()));
            assertEquals(List.of(10.0, 20.0, 30.0, 40.0, 50.0), held.shape());
        }
    }

    @Test
    void aQueueThatIsLittleOfWhatRequestsTookLongerIsNotWhereTheyWere() {
        /* 150 request-seconds were spent waiting: 10 + 20 + … + 50. 60 requests that took 12 s longer are 720. */
        Grid grid = grid(true, 12_000);
        assertEquals(Optional.empty(), new Backlog(grid).of(seen(grid, 12_000), 6));
    }

    @Test
    void withoutAQueueNothingWasHeldUp() {
        Grid grid = grid(true, 2500);
        Anomaly early = new Anomaly(
                Symptom.ITL,
                10,
                15,
                10,
                15,
                20,
                30,
                10,
                RATE,
                5,
                Shift.Edge.NONE,
                List.of(),
                List.of(new Coincidence.Span(10, 15)));
        assertEquals(Optional.empty(), new Backlog(grid).of(early, 6));
    }

    @Test
    void failedRequestsNoLongerWait() {
        PhaseWindow window = TestingLoad.steady("steady", SECONDS);
        RunSeries series = new RunSeries();
        for (int second = 0; second < SECONDS; second++) {
            /* One in ten fails, now and then after its first token: then it is taken away twice, and none below 0. */
            series.add(window, moment(second, second % 3 == 0 ? RATE : RATE - 1, 1, 100, true));
        }
        double[] waiting = Grid.of(window, 0, series).orElseThrow().waiting();
        assertTrue(Arrays.stream(waiting).allMatch(count -> count == 0), () -> Arrays.toString(waiting));
    }

    @Test
    void requestsThatWaitedBeforeTheGridBeginsAreCounted() {
        PhaseWindow window = TestingLoad.steady("steady", SECONDS);
        RunSeries series = new RunSeries();
        IntStream.range(0, SECONDS)
                .forEach(second -> series.add(window, moment(second, second == 0 ? 3 : RATE, 0, 100, true)));
        assertEquals(7, Grid.of(window, 0, series).orElseThrow().waiting()[0]);
    }
}
