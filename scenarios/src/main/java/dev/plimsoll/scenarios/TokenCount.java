package dev.plimsoll.scenarios;

/**
 * A number of tokens, fixed or drawn anew for each request.
 *
 * @param distribution how it is drawn
 * @param mean the mean before clamping; the value itself when fixed
 * @param stddev the standard deviation, of normal and lognormal
 * @param min the least that is drawn; smaller draws are clamped
 * @param max the most that is drawn; larger draws are clamped
 */
public record TokenCount(Distribution distribution, double mean, double stddev, int min, int max) {

    /** The most tokens a request may ask for. */
    public static final int LIMIT = 10_000_000;

    /** The law of a drawn number. */
    public enum Distribution {
        /** Always the mean. */
        FIXED,
        /** Gaussian. */
        NORMAL,
        /** Log-normal, with the given mean and deviation of the number itself. */
        LOGNORMAL,
        /** Each number from min to max equally likely. */
        UNIFORM,
        /** Exponential with the given mean. */
        EXPONENTIAL
    }

    /** Checks the components. */
    public TokenCount {
        Rule.require(min >= 1, "a number of tokens is at least 1", min);
        Rule.require(max <= LIMIT, "a number of tokens is at most " + LIMIT, max);
        Rule.require(min <= max, "min is at most max", min + " and " + max);
        Rule.require(mean >= min && mean <= max, "mean lies from min to max", mean);
        Rule.require(stddev >= 0 && Double.isFinite(stddev), "stddev is at least 0", stddev);
    }

    /** Always that many. */
    public static TokenCount fixed(int tokens) {
        return new TokenCount(Distribution.FIXED, tokens, 0, tokens, tokens);
    }
}
