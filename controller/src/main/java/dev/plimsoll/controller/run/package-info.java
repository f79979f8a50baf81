/**
 * The orchestration of a run: agents brought up, phases started together, intervals merged, the bundle written, the
 * verdict given.
 */
@NullMarked
package dev.plimsoll.controller.run;

import org.jspecify.annotations.NullMarked;
