/**
 * How the machine's sockets are driven: io_uring, epoll or Java's own NIO.
 */
@NullMarked
package dev.plimsoll.agent.transport;

import org.jspecify.annotations.NullMarked;
