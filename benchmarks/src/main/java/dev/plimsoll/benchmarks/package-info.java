/**
 * What the hot path costs, measured with JMH.
 */
@NullMarked
package dev.plimsoll.benchmarks;

import org.jspecify.annotations.NullMarked;
