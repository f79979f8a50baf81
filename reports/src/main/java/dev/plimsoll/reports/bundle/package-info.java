/**
 * The run bundle: the files of one run, written as it goes and readable even when the run was killed.
 */
@NullMarked
package dev.plimsoll.reports.bundle;

import org.jspecify.annotations.NullMarked;
