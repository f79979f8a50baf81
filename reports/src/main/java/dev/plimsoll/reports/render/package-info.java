/**
 * Results as people and tools read them: HTML, text, JUnit and Markdown. Pure functions to text.
 */
@NullMarked
package dev.plimsoll.reports.render;

import org.jspecify.annotations.NullMarked;
