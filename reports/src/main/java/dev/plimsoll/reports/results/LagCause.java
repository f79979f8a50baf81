package dev.plimsoll.reports.results;

import java.util.Locale;
import java.util.Optional;

/**
 * Why a generator was late, as far as its own readings tell, and what helps. A percentile of 99 is moved by what happens
 * for one per cent of the time, so what took less is no cause.
 *
 * @param sentence the cause with its figure, and what to do
 */
record LagCause(String sentence) {
    /** Share of time, in percent, from which on something can move a p99. */
    private static final double NOTABLE_PERCENT = 1;

    private static final String REMEDY = "use more agents or cores";

    /** The cause that took the largest share of the measured phases' time. */
    static LagCause of(RunResults results) {
        double collecting = share(results, "generator.gc.time");
        double throttled = share(results, "generator.throttled");
        // A thread whose cgroup is held back waits for a core too.
        double waiting = share(results, "generator.loop.wait") - throttled;
        double stolen = share(results, "generator.steal");
        double most = Math.max(Math.max(collecting, waiting), Math.max(throttled, stolen));
        if (most < NOTABLE_PERCENT) {
            return blocked(results);
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

    /** Nothing outside took its time: it worked, or something stood still on an event loop. */
    private static LagCause blocked(RunResults results) {
        double busy = share(results, "generator.loop.cpu");
        Optional<Double> longest = GeneratorFitness.largest(results, "generator.event_loop_lag");
        if (longest.isEmpty()) {
            return new LagCause(REMEDY);
        }
        return cause(
                "an event loop was blocked for up to %.0f ms, and busy %.0f %% of the time: " + REMEDY,
                longest.get(),
                busy);
    }

    private static double share(RunResults results, String metric) {
        return GeneratorFitness.mean(results, metric).orElse(0.0);
    }

    private static LagCause cause(String format, Object... values) {
        return new LagCause(String.format(Locale.ROOT, format, values));
    }
}
