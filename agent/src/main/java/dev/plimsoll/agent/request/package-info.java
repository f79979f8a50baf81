/**
 * Requests as bytes: prompts of a wanted length, bodies of each API, rendered before they are sent.
 */
@NullMarked
package dev.plimsoll.agent.request;

import org.jspecify.annotations.NullMarked;
