/**
 * Are the machines fit to be measured: facts of machines, held against what is wanted, become checks; and checks become
 * text and JSON. Pure: nothing here looks at a machine.
 */
@NullMarked
package dev.plimsoll.reports.preflight;

import org.jspecify.annotations.NullMarked;
