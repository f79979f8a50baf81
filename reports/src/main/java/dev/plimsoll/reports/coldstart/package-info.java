/** Cold starts of a server, as numbers: one start, several, and their spread. Pure. */
@NullMarked
package dev.plimsoll.reports.coldstart;

import org.jspecify.annotations.NullMarked;
