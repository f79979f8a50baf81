package dev.plimsoll.agent.engine;

import org.jspecify.annotations.Nullable;

/** Calls that wait for a connection, in order. Adding and removing, also from the middle, take constant time. */
final class CallQueue {
    private @Nullable Call first;
    private @Nullable Call last;

    /** Puts a call at the end. */
    void add(Call call) {
        call.queue = this;
        call.previous = last;
        call.next = null;
        if (last == null) {
            first = call;
        } else {
            last.next = call;
        }
        last = call;
    }

    /** Takes the call that has waited longest; null when none waits. */
    @Nullable
    Call poll() {
        Call call = first;
        if (call != null) {
            remove(call);
        }
        return call;
    }

    /** Takes out a call that is in this queue. */
    void remove(Call call) {
        Call before = call.previous;
        Call after = call.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        call.previous = null;
        call.next = null;
        call.queue = null;
    }

    /** Whether no call waits. */
    boolean isEmpty() {
        return first == null;
    }
}
