package dev.plimsoll.agent.probes;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Threads for what blocks: files, processes, long pages. There are as many as tasks under way, which is at most one for
 * each probe, so that one that hangs holds up no other.
 */
final class Workers implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("plimsoll-probe-", 0).factory());

    /** Runs the task on a thread of its own; the future completes there. */
    <T> Future<T> run(Callable<T> task) {
        Promise<T> done = Promise.promise();
        try {
            threads.execute(() -> {
                try {
                    done.complete(task.call());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    done.fail(e);
                } catch (Exception | LinkageError | StackOverflowError | OutOfMemoryError e) {
                    done.fail(e);
                }
            });
        } catch (RejectedExecutionException e) {
            done.fail(e);
        }
        return done.future();
    }

    /** Interrupts what still runs, and waits for nothing. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
