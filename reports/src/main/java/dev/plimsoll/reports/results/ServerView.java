package dev.plimsoll.reports.results;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;

/**
 * What the server says of the same requests, beside what the clients saw: the content of {@code server} in
 * {@code summary.json}.
 *
 * <p>Counts and sums of the server's histograms are added up over the samples of all nodes that have a vLLM probe, so
 * that means are exact; percentiles are not taken from its buckets, which are too wide for that. A sample counts where it
 * was taken, so that a phase's line is right to within one interval at each end. The line of the whole run has none of
 * that; it begins with the load and includes phases that are not measured.
 *
 * @param lines a line for each metric and part of the run that has values
 * @param findings what follows from the whole run, a sentence each
 */
public record ServerView(List<Line> lines, List<String> findings) {
    /** Copies the lists. */
    public ServerView {
        lines = List.copyOf(lines);
        findings = List.copyOf(findings);
    }

    /**
     * One metric in one part of the run.
     *
     * @param metric the client's: {@code ttft_service}, {@code itl} or {@code service_time}
     * @param phase the phase; empty for the whole run
     * @param serverCount values that the server counted
     * @param serverMean their mean in ms, by the server's clock, which starts when it has read the request
     * @param clientCount values that the clients recorded
     * @param clientMean their mean in ms, from the send
     */
    public record Line(
            String metric,
            String phase,
            @JsonProperty("server_count") long serverCount,
            @JsonProperty("server_mean_ms") Optional<Double> serverMean,
            @JsonProperty("client_count") long clientCount,
            @JsonProperty("client_mean_ms") Optional<Double> clientMean) {
        /** Checks the components. */
        public Line {
            requireNonNull(metric, "metric");
            requireNonNull(phase, "phase");
            requireNonNull(serverMean, "serverMean");
            requireNonNull(clientMean, "clientMean");
        }

        /** The client's mean − the server's, in ms; absent where one is. */
        @JsonIgnore
        public Optional<Double> between() {
            return clientMean.flatMap(client -> serverMean.map(server -> client - server));
        }
    }
}
