/**
 * The agent: a verticle that carries out its part of a run and reports what it measures.
 */
@NullMarked
package dev.plimsoll.agent;

import org.jspecify.annotations.NullMarked;
