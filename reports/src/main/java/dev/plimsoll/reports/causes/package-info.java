/**
 * What moved during a run, and what moved with it: drift over a soak run, and anomalies of latency and throughput with
 * the signals of nodes and generator that explain them best.
 *
 * <p>Results in, findings out: nothing here reads a clock, a file or the network. Timing tells what coincides, not what
 * causes; findings are advice and never part of a verdict.
 */
@NullMarked
package dev.plimsoll.reports.causes;

import org.jspecify.annotations.NullMarked;
