package dev.plimsoll.agent.schedule;

import dev.plimsoll.scenarios.Load.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The rate of a phase over its time, as straight pieces, with its integral Λ: how many arrivals are expected by an
 * instant. Every rate of the scenario language is made of straight pieces, so Λ and its inverse have closed forms.
 * Immutable.
 */
public final class RateCurve {
    private static final double NANOS_PER_SECOND = 1e9;

    private final double[] startSeconds;
    private final double[] startRate;
    private final double[] slope;
    /** Λ at the start of each piece, and at the end of the last one. */
    private final double[] startCount;

    private final double seconds;

    private RateCurve(List<Piece> pieces) {
        int n = pieces.size();
        startSeconds = new double[n];
        startRate = new double[n];
        slope = new double[n];
        startCount = new double[n + 1];
        double at = 0;
        for (int i = 0; i < n; i++) {
            Piece piece = pieces.get(i);
            startSeconds[i] = at;
            startRate[i] = piece.from;
            slope[i] = (piece.to - piece.from) / piece.seconds;
            startCount[i + 1] = startCount[i] + (piece.from + piece.to) / 2 * piece.seconds;
            at += piece.seconds;
        }
        seconds = at;
    }

    /** The curve of a rate over a phase of that length. What a spike has beyond the phase's end is cut off. */
    public static RateCurve of(Rate rate, Duration duration) {
        double length = duration.toNanos() / NANOS_PER_SECOND;
        List<Piece> pieces = new ArrayList<>();
        switch (rate) {
            case Rate.Constant constant -> pieces.add(new Piece(length, constant.perSecond(), constant.perSecond()));
            case Rate.Ramp ramp -> pieces.add(new Piece(length, ramp.from(), ramp.to()));
            case Rate.Steps steps -> {
                for (double step : steps.perSecond()) {
                    pieces.add(new Piece(length / steps.perSecond().size(), step, step));
                }
            }
            case Rate.Spike spike -> {
                double begin = Math.min(length, spike.at().toNanos() / NANOS_PER_SECOND);
                double end = Math.min(length, begin + spike.length().toNanos() / NANOS_PER_SECOND);
                addPiece(pieces, begin, spike.base());
                addPiece(pieces, end - begin, spike.spike());
                addPiece(pieces, length - end, spike.base());
            }
        }
        return new RateCurve(pieces);
    }

    private static void addPiece(List<Piece> pieces, double seconds, double rate) {
        if (seconds > 0) {
            pieces.add(new Piece(seconds, rate, rate));
        }
    }

    /** Arrivals expected over the whole phase. */
    public double expected() {
        return startCount[startCount.length - 1];
    }

    /** Λ: arrivals expected from the phase's start to that many seconds after it. */
    public double expectedBy(double atSeconds) {
        double at = Math.clamp(atSeconds, 0, seconds);
        int piece = 0;
        while (piece + 1 < startSeconds.length && startSeconds[piece + 1] <= at) {
            piece++;
        }
        double into = at - startSeconds[piece];
        return startCount[piece] + into * (startRate[piece] + slope[piece] * into / 2);
    }

    /** Pieces it is made of. */
    int pieces() {
        return startSeconds.length;
    }

    /** Λ at the end of a piece. */
    double countAtEnd(int piece) {
        return startCount[piece + 1];
    }

    /**
     * The instant at which Λ reaches a count that lies in a piece, in seconds. In a piece that starts at rate a with
     * slope s, the count c after its start is reached at {@code 2c / (a + √(a² + 2sc))}: the root of
     * {@code st²/2 + at − c} in the form that does not cancel, and c / a where s is 0.
     */
    double secondsAt(int piece, double count) {
        double within = count - startCount[piece];
        if (within <= 0) {
            return startSeconds[piece];
        }
        double rate = startRate[piece];
        double root = Math.sqrt(Math.max(0, rate * rate + 2 * slope[piece] * within));
        return startSeconds[piece] + 2 * within / (rate + root);
    }

    private record Piece(double seconds, double from, double to) {}
}
