package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;

/** Who hears what a shard did. Called on the shard's event loop: implementations hand on and return at once. */
public interface ShardListener {
    /** An interval has ended. */
    void interval(ShardInterval interval);

    /** Nothing will be scheduled any more and nothing is in flight. Called once. */
    void idle();

    /** A request failed; told for the first few of each class and phase. */
    void failed(int slot, int spec, ErrorClass errorClass, int status, String detail);

    /** Tokens were counted in events because an answer did not tell its usage. Called once a shard. */
    void tokensCounted();

    /** The shard cannot go on: it has ended its load, and what was under way has failed. */
    void broken(Throwable failure);

    /** A request was not rendered when it was due, and was rendered on the event loop. Called once a shard. */
    void supplyDry(int slot);
}
