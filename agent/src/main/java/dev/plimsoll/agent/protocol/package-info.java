/**
 * The messages between controller and agents: JSON with a version, sent over the event bus by request and reply.
 *
 * <p>The controller sends {@link dev.plimsoll.agent.protocol.Command}s to {@code plimsoll.agent.ID}; the agent answers
 * each with an {@link dev.plimsoll.agent.protocol.Answer}. Agents send {@link dev.plimsoll.agent.protocol.Report}s to
 * {@code plimsoll.controller}, each of which is acknowledged. The path is the same in one process and in many.
 */
@NullMarked
package dev.plimsoll.agent.protocol;

import org.jspecify.annotations.NullMarked;
