package dev.plimsoll.measurements;

import java.util.EnumMap;
import java.util.Map;

/**
 * Counts of requests and tokens.
 *
 * <p>The first group counts each request in the phase in which it was <em>scheduled</em>, at the interval in which the
 * thing happened; {@code scheduled = succeeded + failed + still in flight} at any time. The second group, named
 * {@code window…}, counts what happened while the phase was the current one, whichever phase had scheduled it.
 *
 * @param scheduled requests the load model wanted sent
 * @param sent requests whose first byte was handed to a socket
 * @param succeeded requests that ended well
 * @param failed requests that ended otherwise, the unsent among them
 * @param good requests that succeeded and met every objective
 * @param errors failed requests by class; the values add up to {@code failed}
 * @param outOfRange values that no histogram could hold
 * @param windowEnded successful requests that ended in the window
 * @param windowSent requests sent in the window
 * @param windowInputTokens prompt tokens of requests that ended in the window
 * @param windowOutputTokens output tokens received in the window
 * @param windowBytes bytes of the answers that ended in the window, well or not, heads included
 */
public record RequestCounts(
        long scheduled,
        long sent,
        long succeeded,
        long failed,
        long good,
        Map<ErrorClass, Long> errors,
        long outOfRange,
        long windowEnded,
        long windowSent,
        long windowInputTokens,
        long windowOutputTokens,
        long windowBytes) {

    /** No request at all. */
    public static final RequestCounts NONE = new RequestCounts(0, 0, 0, 0, 0, Map.of(), 0, 0, 0, 0, 0, 0);

    /** Copies the map. */
    public RequestCounts {
        if (scheduled < 0 || sent < 0 || succeeded < 0 || failed < 0 || good < 0 || outOfRange < 0) {
            throw new IllegalArgumentException("a count is not negative");
        }
        errors = Map.copyOf(errors);
    }

    /** The counts of both. */
    public RequestCounts plus(RequestCounts other) {
        Map<ErrorClass, Long> sum = new EnumMap<>(ErrorClass.class);
        sum.putAll(errors);
        other.errors.forEach((errorClass, count) -> sum.merge(errorClass, count, Long::sum));
        return new RequestCounts(
                scheduled + other.scheduled,
                sent + other.sent,
                succeeded + other.succeeded,
                failed + other.failed,
                good + other.good,
                sum,
                outOfRange + other.outOfRange,
                windowEnded + other.windowEnded,
                windowSent + other.windowSent,
                windowInputTokens + other.windowInputTokens,
                windowOutputTokens + other.windowOutputTokens,
                windowBytes + other.windowBytes);
    }

    /** Failed requests of one class. */
    public long errors(ErrorClass errorClass) {
        return errors.getOrDefault(errorClass, 0L);
    }
}
