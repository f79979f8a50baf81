package dev.plimsoll.reports.verdict;

/**
 * A check with what the verdict needs besides.
 *
 * @param check the check
 * @param sure whether a failure counts though the generator was not fit
 * @param keeps whether the point estimate keeps the limit and nothing else speaks against it
 */
record Judged(Verdict.Check check, boolean sure, boolean keeps) {
    boolean is(Verdict.CheckOutcome outcome) {
        return check.outcome() == outcome;
    }
}
