package dev.plimsoll.agent.engine;

import org.jspecify.annotations.Nullable;

/** One user of a closed-loop phase: sends, waits, thinks, sends again. A link in the list of those that think. */
final class User {
    final Supply supply;
    long due;

    @Nullable
    User next;

    User(Supply supply) {
        this.supply = supply;
    }
}
