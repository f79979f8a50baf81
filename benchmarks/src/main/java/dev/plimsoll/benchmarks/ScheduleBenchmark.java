package dev.plimsoll.benchmarks;

import dev.plimsoll.agent.schedule.ArrivalSchedule;
import dev.plimsoll.scenarios.Load.Arrivals;
import dev.plimsoll.scenarios.Load.Open;
import dev.plimsoll.scenarios.Load.Rate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The next arrival of a schedule, of one shard and of one of four, which draws and leaves out the others'.
 *
 * <p>Run: {@code benchmarks/run jmh -prof gc Schedule}; {@code gc.alloc.rate.norm} is to be about 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ScheduleBenchmark {
    private static final Duration HOUR = Duration.ofHours(1);

    /** The law of the gaps. */
    @Param({"constant", "poisson", "gamma"})
    public String law = "";

    /** How many shards share the schedule. */
    @Param({"1", "4"})
    public int shards;

    private Open load = new Open(new Rate.Constant(1), new Arrivals.Constant(), 1);
    private ArrivalSchedule schedule = ArrivalSchedule.of(load, HOUR, 1, 0, 0, 0, 1);
    private long seed;

    /** Begins a schedule long enough for a second of measurement. */
    @Setup
    public void prepare() {
        Arrivals arrivals = switch (law) {
            case "constant" -> new Arrivals.Constant();
            case "poisson" -> new Arrivals.Poisson();
            default -> new Arrivals.Gamma(2);
        };
        load = new Open(new Rate.Ramp(1e5, 1e6), arrivals, 1);
        restart();
    }

    private void restart() {
        schedule = ArrivalSchedule.of(load, HOUR, seed++, 0, 0, 0, shards);
    }

    /** One arrival. */
    @Benchmark
    public long next() {
        long at = schedule.nextNanos();
        if (at == ArrivalSchedule.END) {
            restart();
        }
        return at;
    }
}
