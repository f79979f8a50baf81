/**
 * What is found out before any load: what the target is, and whether it answers well.
 */
@NullMarked
package dev.plimsoll.agent.inspect;

import org.jspecify.annotations.NullMarked;
