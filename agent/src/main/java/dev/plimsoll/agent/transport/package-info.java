/**
 * How the machine's sockets and timers are driven: io_uring, epoll or Java's own NIO.
 */
@NullMarked
package dev.plimsoll.agent.transport;

import org.jspecify.annotations.NullMarked;
