/**
 * Result files of other load generators, read as runs that can be compared. Pure but for reading the file.
 */
@NullMarked
package dev.plimsoll.reports.imports;

import org.jspecify.annotations.NullMarked;
