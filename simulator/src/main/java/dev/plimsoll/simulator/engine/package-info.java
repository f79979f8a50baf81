/**
 * The scheduler of a vLLM V1 engine without its model: continuous batching, paged KV cache, prefix cache, preemption,
 * and a roofline estimate of how long each step takes.
 *
 * <p>Everything here is a function of its inputs. Time is a number of nanoseconds passed in, tokens come from the
 * caller, and no type starts a thread. The types are confined to one thread at a time.
 */
@NullMarked
package dev.plimsoll.simulator.engine;

import org.jspecify.annotations.NullMarked;
