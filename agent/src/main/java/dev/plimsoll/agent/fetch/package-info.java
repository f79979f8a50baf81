/** HTTP requests outside the load: bounded in time and size, with failures in words. */
@NullMarked
package dev.plimsoll.agent.fetch;

import org.jspecify.annotations.NullMarked;
