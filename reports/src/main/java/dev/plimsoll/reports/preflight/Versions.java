package dev.plimsoll.reports.preflight;

import java.math.BigInteger;

/** Versions of numbers and dots. */
final class Versions {
    private Versions() {}

    /** By number after number, as {@link Comparable#compareTo}: {@code 550.54.15} is after {@code 550.9}. */
    static int compare(String one, String other) {
        String[] left = one.split("\\.");
        String[] right = other.split("\\.");
        for (int i = 0; i < Math.max(left.length, right.length); i++) {
            int difference = number(left, i).compareTo(number(right, i));
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    /** What is missing, or no number, counts as 0. */
    private static BigInteger number(String[] parts, int index) {
        String digits = index < parts.length ? parts[index].replaceAll("\\D.*", "") : "";
        return digits.isEmpty() ? BigInteger.ZERO : new BigInteger(digits);
    }

    /** Whether a version is that one, or begins so where that one ends in {@code .*}. */
    static boolean matches(String version, String allowed) {
        return allowed.endsWith(".*")
                ? version.startsWith(allowed.substring(0, allowed.length() - 1))
                        || version.equals(allowed.substring(0, allowed.length() - 2))
                : version.equals(allowed);
    }
}
