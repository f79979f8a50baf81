package dev.plimsoll.reports.bundle;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Ids of runs: UTC time to the millisecond and six random hex digits, such as {@code 20260101-093000-250-7f3a2c}. */
public final class RunId {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int RANDOM_BOUND = 1 << 24;

    private RunId() {}

    /**
     * A new id. Ids sort by time as text, and are safe as the name of a file or a directory everywhere.
     *
     * @param now when the run begins
     * @param random tells runs of the same millisecond apart
     */
    public static String create(Instant now, RandomGenerator random) {
        return TIME.format(now) + String.format(Locale.ROOT, "-%06x", random.nextInt(RANDOM_BOUND));
    }

    /** Whether a text could be a run's id, and so is safe as a part of a path. */
    public static boolean isValid(String text) {
        return text.matches("\\d{8}-\\d{6}-\\d{3}-[0-9a-f]{6}");
    }
}
