/**
 * The scenario language: what to send, where, for how long, what to watch and what decides, as immutable records.
 *
 * <p>The records validate themselves, with the rule as the message. {@code ScenarioReader} makes them from YAML and adds
 * file, line and column.
 */
@NullMarked
package dev.plimsoll.scenarios;

import org.jspecify.annotations.NullMarked;
