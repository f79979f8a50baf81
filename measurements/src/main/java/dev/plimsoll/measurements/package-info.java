/**
 * What an agent tells a controller: the names and units of metrics, the snapshots of one interval, node samples,
 * and their wire format.
 *
 * <p>Types here are values. They know neither Vert.x nor files. Three rules hold throughout:
 *
 * <ul>
 *   <li>A duration inside a histogram is in nanoseconds; a statistic or a reading of a time metric is in
 *       milliseconds.
 *   <li>Absent is not zero: a reading is a value, not available, or failed, and stays so up to the verdict.
 *   <li>Percentiles come from merged histograms. Nothing here averages one.
 * </ul>
 */
@NullMarked
package dev.plimsoll.measurements;

import org.jspecify.annotations.NullMarked;
