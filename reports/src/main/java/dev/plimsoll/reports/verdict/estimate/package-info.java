/**
 * What is measured of a run, and how sure it is: values with intervals from the seconds of its phases. Pure.
 */
@NullMarked
package dev.plimsoll.reports.verdict.estimate;

import org.jspecify.annotations.NullMarked;
