/**
 * The commands. Each reads its options, calls what does the work, and says how it went: data on the standard output,
 * words for people on the standard error, one exit code from {@link dev.plimsoll.controller.commands.ExitCode}.
 */
@NullMarked
package dev.plimsoll.controller.commands;

import org.jspecify.annotations.NullMarked;
