/** What a gate does with its verdict: commands and webhooks. */
@NullMarked
package dev.plimsoll.controller.actions;

import org.jspecify.annotations.NullMarked;
