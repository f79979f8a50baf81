/**
 * Arrival schedules: pure functions of a rate, a law and a seed. All shards of all agents draw the same global schedule
 * and each takes its own arrivals, so the law of the whole does not depend on how many there are.
 */
@NullMarked
package dev.plimsoll.agent.schedule;

import org.jspecify.annotations.NullMarked;
