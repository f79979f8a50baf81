/**
 * Numbers with their units as people read them.
 */
@NullMarked
package dev.plimsoll.reports.quantities;

import org.jspecify.annotations.NullMarked;
