/**
 * A vLLM that behaves like one from outside, without a GPU.
 *
 * <p>{@link dev.plimsoll.simulator.Simulator} serves vLLM's HTTP interface. Behind it, the scheduler of
 * {@code dev.plimsoll.simulator.engine} batches requests and a roofline model says how long each step takes; the server
 * waits that long and then sends the tokens. {@link dev.plimsoll.simulator.Faults} breaks it on purpose.
 */
@NullMarked
package dev.plimsoll.simulator;

import org.jspecify.annotations.NullMarked;
