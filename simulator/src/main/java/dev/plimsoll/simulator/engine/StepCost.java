package dev.plimsoll.simulator.engine;

/** How long the work of an engine takes. Implementations are pure functions. */
public interface StepCost {
    /** Duration of a step with this load in nanoseconds, at least 1. */
    long stepNanos(StepLoad load);

    /** Time between the arrival of a request and its place in the waiting queue, in nanoseconds. */
    long requestOverheadNanos();

    /** The same model running {@code factor} times as fast; {@code factor} must be positive. */
    default StepCost faster(double factor) {
        if (!(factor > 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("speed factor must be positive and finite, was " + factor);
        }
        if (factor == 1.0) {
            return this;
        }
        StepCost slow = this;
        return new StepCost() {
            @Override
            public long stepNanos(StepLoad load) {
                return Math.max(1, Math.round(slow.stepNanos(load) / factor));
            }

            @Override
            public long requestOverheadNanos() {
                return Math.round(slow.requestOverheadNanos() / factor);
            }
        };
    }
}
