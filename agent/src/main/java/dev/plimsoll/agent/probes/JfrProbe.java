package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of the agent's own machine by its flight recorder, from Java 16 on: every stop-the-world pause of every collector
 * with its true length.
 *
 * <p>Events come about a second after they happened, so a sample tells of the time up to its {@link #instant}; the last one
 * ends the recording and tells the rest. When the JVM falls silent, readings fail; when it ends, they fail and it is tried
 * anew, less and less often.
 */
final class JfrProbe implements Probe {
    private static final Duration MOST_SILENCE = Duration.ofSeconds(5);
    private static final Duration SLOWEST_START = Duration.ofSeconds(10);

    /** After so long a silence the session is given up for a new one. */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);

    private final JvmLocator locator;
    private final Workers workers;
    private final InstantSource clock;
    private final RetryDelay retry = new RetryDelay();
    private JfrWindow window = new JfrWindow();
    private @Nullable JfrSession session;
    private @Nullable String unsupported;
    private boolean told;
    private boolean closed;
    private volatile Optional<Instant> instant = Optional.empty();

    /**
     * Attaches to nothing yet.
     *
     * @param locator finds the JVM, anew after its end
     * @param clock the machine's wall clock, which is the JVM's too
     */
    JfrProbe(JvmLocator locator, Workers workers, InstantSource clock) {
        this.locator = locator;
        this.workers = workers;
        this.clock = clock;
    }

    @Override
    public String type() {
        return "jfr";
    }

    @Override
    public Set<String> metrics() {
        return JvmProbe.METRICS;
    }

    @Override
    public Optional<Instant> instant() {
        return instant;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        return workers.run(this::read);
    }

    @Override
    public Future<Map<String, Reading>> lastSample() {
        return workers.run(this::readLast);
    }

    @Override
    public Future<Void> close() {
        return workers.run(() -> {
            end();
            return null;
        });
    }

    private synchronized void end() {
        closed = true;
        drop();
    }

    private void drop() {
        JfrSession old = session;
        session = null;
        if (old != null) {
            old.close();
        }
    }

    private synchronized Map<String, Reading> read() throws IOException {
        instant = Optional.empty();
        if (unsupported != null) {
            return all(Reading.notAvailable(unsupported));
        }
        if (session == null) {
            retry.require(System.nanoTime());
        }
        try {
            JfrSession streaming = streaming();
            streaming.readHeap();
            Optional<JfrWindow.Sample> news = window.next();
            return news.isPresent() ? told(news.get()) : silent(streaming);
        } catch (JfrSession.UnsupportedException e) {
            unsupported = e.getMessage();
            return all(Reading.notAvailable(String.valueOf(unsupported)));
        } catch (IOException e) {
            retry.failed(String.valueOf(e.getMessage()), System.nanoTime());
            drop();
            throw e;
        }
    }

    private synchronized Map<String, Reading> readLast() throws IOException {
        instant = Optional.empty();
        JfrSession streaming = session;
        if (streaming == null || streaming.isOver()) {
            return read();
        }
        streaming.readHeap();
        streaming.complete();
        return window.next().map(this::told).orElse(Map.of());
    }

    private Map<String, Reading> told(JfrWindow.Sample news) {
        retry.succeeded();
        told = true;
        Duration since = Duration.between(news.at(), clock.instant());
        // A clock that was set meanwhile must not move the sample.
        boolean plausible = !since.isNegative() && since.compareTo(LONGEST_SILENCE) <= 0;
        instant = plausible ? Optional.of(news.at()) : Optional.empty();
        return news.readings();
    }

    /** The session, which is opened where there is none. */
    private JfrSession streaming() throws IOException, JfrSession.UnsupportedException {
        if (closed) {
            throw new IOException("the probe is closed");
        }
        JfrSession streaming = session;
        if (streaming == null) {
            window = new JfrWindow();
            told = false;
            streaming = JfrSession.open(locator.find(), window, clock);
            session = streaming;
        } else if (streaming.isOver()) {
            throw new IOException("JVM " + streaming.pid() + " ended, or ended the recording");
        }
        return streaming;
    }

    /** Nothing came since the last time: that is a failure only after a while, for events come in batches. */
    private Map<String, Reading> silent(JfrSession streaming) throws IOException {
        Duration silence = Duration.ofNanos(System.nanoTime() - streaming.heardNanos());
        String reason =
                "JVM " + streaming.pid() + " has sent no flight-recorder events for " + silence.toMillis() + " ms";
        if (silence.compareTo(LONGEST_SILENCE) > 0) {
            throw new IOException(reason);
        }
        boolean longer = silence.compareTo(told ? MOST_SILENCE : SLOWEST_START) > 0;
        return longer ? all(Reading.failed(reason)) : Map.of();
    }
}
