package dev.plimsoll.controller.run;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for something of Vert.x from a thread that may block. */
final class Waiting {
    private Waiting() {}

    /**
     * Its result.
     *
     * @param otherwise begins the sentence for the case that it fails
     */
    static <T> T forResult(Future<T> future, long seconds, String otherwise) throws RunException, InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RunException(otherwise + " within " + seconds + " s", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            throw new RunException(otherwise + ": " + why, e);
        }
    }
}
