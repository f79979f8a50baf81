package dev.plimsoll.agent.engine;

import org.jspecify.annotations.Nullable;

/**
 * Users that pause, each until its {@code due}. The pause is the same for all in a queue, so the first to begin is the
 * first done; instants that differ by the reads of one turn of the loop may swap two of them, by as little.
 */
final class UserQueue {
    private @Nullable User first;
    private @Nullable User last;

    /** The user that is done first; null without any. */
    @Nullable
    User first() {
        return first;
    }

    /** When the first is done; {@link Long#MAX_VALUE} without any. */
    long due() {
        User user = first;
        return user == null ? Long.MAX_VALUE : user.due;
    }

    void add(User user) {
        user.next = null;
        User before = last;
        if (before == null) {
            first = user;
        } else {
            before.next = user;
        }
        last = user;
    }

    /** Takes the first. */
    void remove(User itsFirst) {
        first = itsFirst.next;
        if (first == null) {
            last = null;
        }
        itsFirst.next = null;
    }

    void clear() {
        first = null;
        last = null;
    }
}
