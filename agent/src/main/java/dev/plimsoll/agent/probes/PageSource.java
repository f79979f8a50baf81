package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** A metrics page of an HTTP server. */
final class PageSource {
    private final HttpFetch fetch;
    private final Workers workers;
    private final HttpSource source;
    private final Duration timeout;

    /**
     * Asks for nothing yet.
     *
     * @param headers sent along
     * @param timeout for a whole page
     */
    PageSource(HttpFetch fetch, Workers workers, URI url, Map<String, String> headers, Duration timeout) {
        this.fetch = fetch;
        this.workers = workers;
        this.source = HttpSource.of(url, headers, "text/plain; version=0.0.4, */*; q=0.1");
        this.timeout = timeout;
    }

    /** Asks for nothing yet, and sends no headers of its own. */
    PageSource(HttpFetch fetch, Workers workers, URI url, Duration timeout) {
        this(fetch, workers, url, Map.of(), timeout);
    }

    /**
     * One page.
     *
     * @param nanos when it was taken: the middle between request and answer, by {@link System#nanoTime}
     * @param text what is on it
     */
    record Page(long nanos, PrometheusText text) {}

    /** The page's address without credentials. */
    String address() {
        return source.address();
    }

    /**
     * What it means for each metric that no name on the page begins so.
     *
     * @param before whether one did before
     */
    Reading without(String prefix, boolean before) {
        return before
                ? Reading.failed("no " + prefix + " metrics on " + address() + " this time")
                : Reading.notAvailable("no " + prefix + " metrics on " + address() + "; is the URL right?");
    }

    /** Gets the page; fails with a sentence when there is no whole page. */
    Future<Page> get() {
        long start = System.nanoTime();
        return fetch.fetch(source.get(timeout)).compose(answer -> {
            long taken = start + (System.nanoTime() - start) / 2;
            return workers.run(() -> new Page(taken, parse(answer)));
        });
    }

    private PrometheusText parse(Fetched answer) throws IOException {
        if (!answer.ok()) {
            throw new IOException(address() + " answers with status " + answer.status());
        }
        if (answer.truncated()) {
            throw new IOException(address() + " is longer than "
                    + HttpFetch.DEFAULT_LIMIT / (1024 * 1024)
                    + " MiB, which no metrics page should be");
        }
        return PrometheusText.parse(answer.text());
    }
}
