/** The command line. */
@NullMarked
package dev.plimsoll.controller;

import org.jspecify.annotations.NullMarked;
