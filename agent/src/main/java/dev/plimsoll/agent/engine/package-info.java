/**
 * The hot path: all that runs once a request or once a token.
 *
 * <p>One {@code Shard} per event loop owns everything it touches: its part of the schedule, its connections, its
 * histograms. Nothing here is shared between threads, nothing locks, and in steady state nothing is allocated per
 * token. Instants are {@code System.nanoTime()}, stamped when bytes arrive and before they are parsed.
 */
@NullMarked
package dev.plimsoll.agent.engine;

import org.jspecify.annotations.NullMarked;
