package dev.plimsoll.reports.causes;

/**
 * A stretch of a series whose level differs from the rest by more than chance.
 *
 * @param from index of its first value
 * @param to index after its last one
 * @param size its mean − that of the rest, in the series' unit
 * @param excess by how many standard deviations it is beyond what the largest of all stretches reaches by chance
 * @param edge where in the series it lies
 */
record Shift(int from, int to, double size, double excess, Edge edge) {
    /** Where a stretch lies. */
    enum Edge {
        /** Something else comes before it and after it. */
        NONE,
        /** The series begins with it. */
        START,
        /** The series ends with it. */
        END
    }

    /** How many values it spans. */
    int length() {
        return to - from;
    }

    /** Whether the two have a value in common, or no more than that many between them. */
    boolean near(Shift other, int distance) {
        return from <= other.to + distance && other.from <= to + distance;
    }
}
