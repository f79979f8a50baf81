/**
 * Probes: what the nodes did meanwhile. A probe never runs on an event loop that carries load, and one that hangs, dies
 * or prints garbage delays neither the load nor another probe.
 */
@NullMarked
package dev.plimsoll.agent.probes;

import org.jspecify.annotations.NullMarked;
