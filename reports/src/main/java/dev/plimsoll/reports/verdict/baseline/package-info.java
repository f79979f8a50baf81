/**
 * How groups of runs differ, by how much runs of the same code do, and which runs may be compared at all. Pure.
 */
@NullMarked
package dev.plimsoll.reports.verdict.baseline;

import org.jspecify.annotations.NullMarked;
