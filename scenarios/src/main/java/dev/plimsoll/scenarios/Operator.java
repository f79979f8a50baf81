package dev.plimsoll.scenarios;

import java.util.Optional;

/** How a measured value is compared with a limit. */
public enum Operator {
    /** Below. */
    LESS("<"),
    /** Below or equal. */
    LESS_OR_EQUAL("<="),
    /** Above. */
    GREATER(">"),
    /** Above or equal. */
    GREATER_OR_EQUAL(">=");

    private final String symbol;

    Operator(String symbol) {
        this.symbol = symbol;
    }

    /** The operator as written. */
    public String symbol() {
        return symbol;
    }

    /** The operator written so, if it is one. */
    public static Optional<Operator> parse(String symbol) {
        for (Operator operator : values()) {
            if (operator.symbol.equals(symbol)) {
                return Optional.of(operator);
            }
        }
        return Optional.empty();
    }

    /** Whether the value keeps the limit. */
    public boolean holds(double value, double limit) {
        return switch (this) {
            case LESS -> value < limit;
            case LESS_OR_EQUAL -> value <= limit;
            case GREATER -> value > limit;
            case GREATER_OR_EQUAL -> value >= limit;
        };
    }

    /** Whether smaller values are better. */
    public boolean isUpperLimit() {
        return this == LESS || this == LESS_OR_EQUAL;
    }
}
