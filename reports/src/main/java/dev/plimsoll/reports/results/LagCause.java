package dev.plimsoll.reports.results;

import java.util.Locale;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * Why a generator was late, as far as its own readings tell, and what helps. A percentile of 99 is moved by what happens
 * for one per cent of the time, so what took less is no cause.
 *
 * @param sentence the cause with its figure, and what to do
 */
record LagCause(String sentence) {
    /** Share of time, in percent, from which on something can move a p99. */
    private static final double NOTABLE_PERCENT = 1;

    /** How much of the time that the event loops were late something must have taken to be the cause. */
    private static final double CAUSAL_SHARE = 1.0 / 3;

    private static final double BUSY_PERCENT = 50;
    private static final double PERCENT = 100;
    private static final double NANOS_PER_MILLI = 1e6;

    /**
     * The cause that took the largest share of the measured phases' time.
     *
     * @param limitMillis from which lag on an event loop counts as late
     */
    static LagCause of(RunResults results, double limitMillis) {
        double collecting = share(results, "generator.gc.time");
        double throttled = share(results, "generator.throttled");
        // A thread whose cgroup is held back waits for a core too.
        double waiting = share(results, "generator.loop.wait") - throttled;
        double stolen = share(results, "generator.steal");
        double most = Math.max(Math.max(collecting, waiting), Math.max(throttled, stolen));
        if (most < Math.max(NOTABLE_PERCENT, CAUSAL_SHARE * latePercent(results, limitMillis))) {
            return unhindered(results);
        }
        if (most == throttled) {
            return cause("its cgroup held it back %.0f %% of the time: raise its CPU limit", throttled);
        }
        if (most == collecting) {
            return cause(
                    "garbage collections stopped it %.0f %% of the time, for %.0f ms at most: "
                            + "give it more memory (PLIMSOLL_JVM_OPTIONS=-Xmx…)",
                    collecting,
                    GeneratorFitness.largest(results, "generator.gc.pause").orElse(0.0));
        }
        if (most == stolen) {
            return cause("the hypervisor took %.0f %% of its CPU time: use a quieter machine", stolen);
        }
        return cause(
                "an event loop was ready and waited for a core %.0f %% of the time: "
                        + "end what runs beside it, or use more agents or cores",
                waiting);
    }

    /** How much of the time a task on an event loop would have been later than the limit. */
    private static double latePercent(RunResults results, double limitMillis) {
        Histogram lag = results.eventLoopLag();
        return lag.getTotalCount() == 0
                ? 0
                : PERCENT - lag.getPercentileAtOrBelowValue(Math.round(limitMillis * NANOS_PER_MILLI));
    }

    /** Nothing outside took its time: it worked, or it stood still, or nobody told. */
    private static LagCause unhindered(RunResults results) {
        double busy = share(results, "generator.loop.cpu");
        Optional<Double> longest = GeneratorFitness.largest(results, "generator.event_loop_lag");
        if (busy >= BUSY_PERCENT) {
            return cause("an event loop was busy %.0f %% of the time: use more agents or cores", busy);
        }
        if (longest.isEmpty()) {
            return new LagCause("use more agents or cores");
        }
        return cause(
                "an event loop stood still for up to %.0f ms: look for what blocks it or suspends the process",
                longest.get());
    }

    private static double share(RunResults results, String metric) {
        return GeneratorFitness.mean(results, metric).orElse(0.0);
    }

    private static LagCause cause(String format, Object... values) {
        return new LagCause(String.format(Locale.ROOT, format, values));
    }
}
