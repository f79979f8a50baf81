/**
 * A server of known schedule: the reference against which a load generator's clocks are checked.
 *
 * <p>It knows nothing of models. Every request gets the same tokens at the same offsets from its arrival, and the
 * instants at which the bytes were really written are kept.
 */
@NullMarked
package dev.plimsoll.simulator.truth;

import org.jspecify.annotations.NullMarked;
