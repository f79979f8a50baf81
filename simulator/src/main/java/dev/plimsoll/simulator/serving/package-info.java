/**
 * vLLM's HTTP interface: routes, formats of requests and answers, tokenizer, {@code /metrics}, and the thread that paces
 * the engine by real time.
 *
 * <p>Two threads matter: the engine thread owns the scheduler and sleeps through each step; one event loop owns all
 * connections. They pass each other requests and finished steps.
 */
@NullMarked
package dev.plimsoll.simulator.serving;

import org.jspecify.annotations.NullMarked;
