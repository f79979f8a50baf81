/**
 * The generator watching itself: event-loop lag, its own pauses, CPU, steal, throttling and descriptors.
 */
@NullMarked
package dev.plimsoll.agent.watch;

import org.jspecify.annotations.NullMarked;
