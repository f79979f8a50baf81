/**
 * Cold starts of a server: starts a command again and again, or watches an endpoint, and takes the time until it is
 * healthy and until its first token. What the numbers mean is in {@code dev.plimsoll.reports.coldstart}.
 */
@NullMarked
package dev.plimsoll.controller.coldstart;

import org.jspecify.annotations.NullMarked;
