package dev.plimsoll.reports.verdict;

/**
 * A check with what the verdict needs besides.
 *
 * @param check the check
 * @param standsUnfit whether it failed in a way that no unfit generator can have caused
 * @param standsIncomplete whether it failed in a way that nothing missing from the run can have caused
 * @param keeps whether the point estimate keeps the limit and nothing else speaks against it
 * @param byLoad whether more load of the same kind could settle it, were it undecided
 */
record Judged(Verdict.Check check, boolean standsUnfit, boolean standsIncomplete, boolean keeps, boolean byLoad) {
    /** A check that more load could settle. */
    Judged(Verdict.Check check, boolean standsUnfit, boolean standsIncomplete, boolean keeps) {
        this(check, standsUnfit, standsIncomplete, keeps, true);
    }

    /** A check whose failure, if it failed, counts only in a whole run of a fit generator. */
    static Judged of(Verdict.Check check, boolean keeps) {
        return new Judged(check, false, false, keeps);
    }

    boolean is(Verdict.CheckOutcome outcome) {
        return check.outcome() == outcome;
    }
}
