/**
 * The event bus across processes: membership by Infinispan and JGroups over TCP, messages over the bus' own connections.
 */
@NullMarked
package dev.plimsoll.agent.cluster;

import org.jspecify.annotations.NullMarked;
