/**
 * Confidence sequences: intervals that may be looked at after every second and still err no more often than they say.
 * Pure.
 */
@NullMarked
package dev.plimsoll.reports.verdict.sequential;

import org.jspecify.annotations.NullMarked;
