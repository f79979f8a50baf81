/**
 * What a run measured, all agents together: merged intervals, node series and the statistics over them. Pure; nothing here
 * touches a file or a clock.
 */
@NullMarked
package dev.plimsoll.reports.results;

import org.jspecify.annotations.NullMarked;
