/**
 * Checks, their statistics, and the verdict. Pure functions of results; each method names its source.
 */
@NullMarked
package dev.plimsoll.reports.verdict;

import org.jspecify.annotations.NullMarked;
