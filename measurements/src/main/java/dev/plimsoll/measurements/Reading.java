package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;

/** What a probe has to say of one metric at one instant: a value, that there is none, or that reading it failed. */
public sealed interface Reading {

    /**
     * A value.
     *
     * @param value finite, in the metric's unit
     */
    record Value(double value) implements Reading {
        /** Rejects numbers that no sensor gives. */
        public Value {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("a reading is a finite number, not " + value);
            }
        }
    }

    /**
     * The source does not have it, and will not have it on the next sample either.
     *
     * @param reason why, for a person
     */
    record NotAvailable(String reason) implements Reading {
        /** Checks the component. */
        public NotAvailable {
            requireNonNull(reason, "reason");
        }
    }

    /**
     * The source should have it, but this attempt did not get it.
     *
     * @param reason what went wrong, for a person
     */
    record Failed(String reason) implements Reading {
        /** Checks the component. */
        public Failed {
            requireNonNull(reason, "reason");
        }
    }

    /** A value; finite. */
    static Reading of(double value) {
        return new Value(value);
    }

    /** No such value at the source. */
    static Reading notAvailable(String reason) {
        return new NotAvailable(reason);
    }

    /** An attempt that failed. */
    static Reading failed(String reason) {
        return new Failed(reason);
    }

    /** The value, where there is one. Nothing is never zero. */
    default OptionalDouble asDouble() {
        return this instanceof Value v ? OptionalDouble.of(v.value) : OptionalDouble.empty();
    }
}
