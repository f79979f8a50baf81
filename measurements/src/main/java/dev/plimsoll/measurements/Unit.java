package dev.plimsoll.measurements;

/** The unit in which a metric's statistics, readings and limits are given. */
public enum Unit {
    /** A time, in milliseconds. Histograms of it hold nanoseconds. */
    MILLISECONDS("ms"),
    /** A number of tokens. */
    TOKENS("tokens"),
    /** Something per second. */
    PER_SECOND("/s"),
    /** A share between 0 and 1, written {@code 0.1%} or {@code 0.001}. */
    RATIO(""),
    /** A share between 0 and 100. */
    PERCENT("%"),
    /** A plain number of things. */
    COUNT(""),
    /** Bytes. */
    BYTES("B"),
    /** Bytes per second. */
    BYTES_PER_SECOND("B/s"),
    /** Degrees Celsius. */
    CELSIUS("C"),
    /** Watts. */
    WATTS("W"),
    /** Joules. */
    JOULES("J"),
    /** Megahertz. */
    MEGAHERTZ("MHz");

    private final String symbol;

    Unit(String symbol) {
        this.symbol = symbol;
    }

    /** The symbol printed after a number; empty for plain numbers and ratios. */
    public String symbol() {
        return symbol;
    }
}
