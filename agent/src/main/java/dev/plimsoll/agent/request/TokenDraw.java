package dev.plimsoll.agent.request;

import dev.plimsoll.agent.schedule.RandomStream;
import dev.plimsoll.scenarios.TokenCount;

/** Draws numbers of tokens. */
final class TokenDraw {
    private TokenDraw() {}

    /** A number by the count's law, rounded and then clamped to its limits. */
    static int draw(TokenCount count, RandomStream random) {
        double mean = count.mean();
        double drawn = switch (count.distribution()) {
            case FIXED -> mean;
            case NORMAL -> mean + count.stddev() * random.nextGaussian();
            case LOGNORMAL -> lognormal(mean, count.stddev(), random.nextGaussian());
            case UNIFORM -> (double) count.min() + random.nextInt(count.max() - count.min() + 1);
            case EXPONENTIAL -> mean * random.nextExponential();
        };
        return (int) Math.clamp(Math.rint(drawn), count.min(), count.max());
    }

    /** σ² = ln(1 + s²/m²) and μ = ln m − σ²/2 give the number itself mean m and deviation s. */
    private static double lognormal(double mean, double stddev, double gaussian) {
        double variance = Math.log1p(stddev * stddev / (mean * mean));
        return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * gaussian);
    }
}
