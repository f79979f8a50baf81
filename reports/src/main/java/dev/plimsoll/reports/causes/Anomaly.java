package dev.plimsoll.reports.causes;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A stretch of a phase in which requests took longer, or fewer ended, than in the rest of it by more than chance.
 *
 * @param symptom where it shows most clearly
 * @param from its first interval on the phase's grid
 * @param to the interval after its last one
 * @param first the first interval in which any symptom shows it
 * @param last the interval after the last one
 * @param before the symptom's usual value, in its unit
 * @param during its value in the stretch
 * @param extraMillis how much longer requests took, or by how much of an interval fewer ended: the least delay that
 *     explains it, in ms
 * @param rate requests that usually end in a second
 * @param excess how far beyond chance, in standard deviations
 * @param edge whether the phase begins or ends with it
 * @param with the other symptoms that show it
 * @param spans what it may have been: where each symptom shows it, and since when its requests suffered
 */
record Anomaly(
        Symptom symptom,
        int from,
        int to,
        int first,
        int last,
        double before,
        double during,
        double extraMillis,
        double rate,
        double excess,
        Shift.Edge edge,
        List<Symptom> with,
        List<Coincidence.Span> spans) {
    /** Up to this length a queue that drains may be all that a short stop left behind. */
    private static final int ONE_DISTURBANCE = 30;

    private static final int SPREAD = 8;
    private static final int MOST_SPANS = 4;

    /** Copies the list. */
    Anomaly {
        with = List.copyOf(with);
        spans = List.copyOf(spans);
    }

    int length() {
        return to - from;
    }

    /** The first interval that tells of it: what is shown, or requests held up before that. */
    int since() {
        return heldUp().mapToInt(Coincidence.Span::from).reduce(from, Math::min);
    }

    /** The interval after the last one that tells of it. */
    int until() {
        return heldUp().mapToInt(Coincidence.Span::to).reduce(to, Math::max);
    }

    private Stream<Coincidence.Span> heldUp() {
        return spans.stream().filter(span -> !span.shape().isEmpty());
    }

    /** The length of its shortest span. */
    int shortest() {
        return spans.stream().mapToInt(Coincidence.Span::length).min().orElse(length());
    }

    /** The length of its longest span. */
    int longest() {
        return spans.stream().mapToInt(Coincidence.Span::length).max().orElse(length());
    }

    /** How far requests were thrown back in each second, all of them added up, in ms. */
    double lostMillis() {
        return rate * extraMillis;
    }

    /** The change as a share of the usual value. */
    double change() {
        return during / before - 1;
    }

    /** The same, shown by others too, and spanning another one with them. */
    Anomaly shownBy(Anomaly other, List<Symptom> others) {
        List<Coincidence.Span> both = new ArrayList<>(spans);
        other.spans.stream()
                .filter(span -> both.size() < MOST_SPANS && !both.contains(span))
                .forEach(both::add);
        return new Anomaly(
                symptom,
                from,
                to,
                Math.min(first, other.first),
                Math.max(last, other.last),
                before,
                during,
                extraMillis,
                rate,
                excess,
                edge,
                others,
                both);
    }

    /** The same, spanning also the stretch in which its requests were held up: with its shape, and without. */
    Anomaly heldUp(Coincidence.Span held) {
        List<Coincidence.Span> all = new ArrayList<>(spans);
        all.add(held);
        all.add(new Coincidence.Span(held.from(), held.to()));
        return new Anomaly(
                symptom,
                from,
                to,
                Math.min(first, held.from()),
                Math.max(last, held.to()),
                before,
                during,
                extraMillis,
                rate,
                excess,
                edge,
                with,
                all);
    }

    /** Whether the other one lies within this one and is a small part of it. */
    boolean isBackgroundOf(Anomaly other) {
        return from <= other.from && to >= other.to && length() >= SPREAD * other.length();
    }

    /** Whether both can be one thing that shows in two series: near in time, and one not much longer than the other. */
    boolean isLike(Anomaly other, int distance) {
        int longer = Math.max(length(), other.length());
        int shorter = Math.min(length(), other.length());
        return from <= other.to + distance
                && other.from <= to + distance
                && longer <= Math.max(ONE_DISTURBANCE, SPREAD * shorter);
    }
}
