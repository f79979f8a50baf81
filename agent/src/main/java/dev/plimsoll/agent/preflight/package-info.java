/**
 * A look at the machine an agent runs on, before anything is measured on it: its GPUs by {@code nvidia-smi}, its kernel by
 * {@code /proc} and {@code /sys}, the disk under the model, and the way to the target.
 *
 * <p>What cannot be found out is absent, with the reason. Nothing here judges: {@code dev.plimsoll.reports.preflight} does.
 */
@NullMarked
package dev.plimsoll.agent.preflight;

import org.jspecify.annotations.NullMarked;
