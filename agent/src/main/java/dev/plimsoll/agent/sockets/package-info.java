/** What the operating system allows a generator in sockets, compared with what a scenario needs. */
@NullMarked
package dev.plimsoll.agent.sockets;

import org.jspecify.annotations.NullMarked;
