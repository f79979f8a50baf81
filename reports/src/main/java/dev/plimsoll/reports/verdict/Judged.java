package dev.plimsoll.reports.verdict;

/**
 * A check with what the verdict needs besides.
 *
 * @param check the check
 * @param standsUnfit whether it failed in a way that no unfit generator can have caused
 * @param standsIncomplete whether it failed in a way that nothing missing from the run can have caused
 * @param keeps whether the point estimate keeps the limit and nothing else speaks against it
 */
record Judged(Verdict.Check check, boolean standsUnfit, boolean standsIncomplete, boolean keeps) {
    /** A check whose failure, if it failed, counts only in a whole run of a fit generator. */
    static Judged of(Verdict.Check check, boolean keeps) {
        return new Judged(check, false, false, keeps);
    }

    boolean is(Verdict.CheckOutcome outcome) {
        return check.outcome() == outcome;
    }
}
