/**
 * What the hot path costs, measured with JMH; how exact the load is; how often gates err.
 */
@NullMarked
package dev.plimsoll.benchmarks;

import org.jspecify.annotations.NullMarked;
