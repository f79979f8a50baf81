package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.quantities.Quantities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** Compares what servers counted with what clients recorded. */
final class ServerViewBuilder {
    /** Where the server's mean and the client's are of the same requests: counts apart by no more than this share. */
    private static final double SAME = 0.02;

    /** The server's histograms by the client's metric, most telling first. */
    private static final Map<Metric, String> SERVER = server();

    private final RunResults results;
    private final List<String> findings = new ArrayList<>();

    ServerViewBuilder(RunResults results) {
        this.results = results;
    }

    private static Map<Metric, String> server() {
        Map<Metric, String> server = new LinkedHashMap<>();
        server.put(Metrics.SERVICE_TIME, "vllm.e2e");
        server.put(Metrics.TTFT_SERVICE, "vllm.ttft");
        server.put(Metrics.ITL, "vllm.itl");
        return server;
    }

    /** The comparison; absent where no server told anything. */
    Optional<ServerView> build() {
        List<ServerView.Line> lines = new ArrayList<>();
        List<NodeSeries.Stretch> whole = List.of(new NodeSeries.Stretch(Math.nextUp(0.0), Double.MAX_VALUE));
        SERVER.forEach((metric, histogram) -> {
            ServerView.Line all = line(metric, histogram, "", whole, results.phases());
            if (all.serverCount() == 0) {
                return;
            }
            lines.add(all);
            if (results.phases().size() > 1) {
                for (String phase : results.phases()) {
                    lines.add(line(metric, histogram, phase, results.stretches(Optional.of(phase)), List.of(phase)));
                }
            }
            explain(all, lines.size() > 1 && !findings.isEmpty());
        });
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        int failed = failures(whole);
        if (failed > 0) {
            findings.add(
                    Quantities.count(failed) + (failed == 1 ? " sample" : " samples")
                            + " of the server's counters could not be used, for a reset or a failed read: its counts may be short.");
        }
        return Optional.of(new ServerView(lines, findings));
    }

    private ServerView.Line line(
            Metric metric, String histogram, String part, List<NodeSeries.Stretch> stretches, Iterable<String> phases) {
        double count = sum(histogram + ".count", stretches);
        double sum = sum(histogram + ".sum", stretches);
        Histogram clients = Histograms.create(metric);
        phases.forEach(phase -> clients.add(results.histogram(Optional.of(phase), Optional.empty(), metric)));
        return new ServerView.Line(
                metric.name(),
                part,
                Math.round(count),
                count > 0 ? Optional.of(sum / count) : Optional.empty(),
                clients.getTotalCount(),
                Histograms.statistic(clients, metric, Statistic.MEAN));
    }

    private double sum(String metric, List<NodeSeries.Stretch> stretches) {
        return results.seriesOf(metric).values().stream()
                .flatMap(series -> series.within(stretches).stream())
                .flatMapToDouble(Arrays::stream)
                .sum();
    }

    private int failures(List<NodeSeries.Stretch> stretches) {
        return results.seriesOf("vllm.e2e.count").values().stream()
                .mapToInt(series -> series.failuresWithin(stretches))
                .sum();
    }

    /** Says whether the counts match, and where the time between the two went. */
    private void explain(ServerView.Line line, boolean countsWereTold) {
        String what = switch (line.metric()) {
            case "itl" -> "gaps between tokens";
            case "ttft_service" -> "first tokens";
            default -> "requests";
        };
        long apart = line.serverCount() - line.clientCount();
        if (apart != 0) {
            findings.add("The server counts " + Quantities.count(line.serverCount()) + " " + what + ", the clients "
                    + Quantities.count(line.clientCount()) + ": " + Quantities.count(Math.abs(apart))
                    + (apart > 0
                            ? " more at the server, from other clients, from requests that failed here, or from before"
                                    + " the load."
                            : " fewer at the server: not every server is watched, its counters began anew, or the last"
                                    + " requests ended after the last sample."));
        } else if (!countsWereTold) {
            findings.add(
                    "Server and clients count the same " + Quantities.count(line.clientCount()) + " " + what + ".");
        }
        if (Math.abs(apart) > SAME * line.clientCount()) {
            findings.add("The means of " + line.metric() + " are of different " + what
                    + " and do not tell what lies between server and client.");
        } else {
            line.between().ifPresent(between -> findings.add(sentence(line, between)));
        }
    }

    private static String sentence(ServerView.Line line, double between) {
        String means =
                line.metric() + " is " + Quantities.millis(line.serverMean().orElseThrow()) + " by the server and "
                        + Quantities.millis(line.clientMean().orElseThrow()) + " by the clients, in the mean: ";
        if (between < 0) {
            return means
                    + Quantities.millis(-between)
                    + (line.metric().equals("itl")
                            ? " less, as tokens that the network delivers together come without a gap."
                            : " less than the server says, which only different requests or a clock can explain.");
        }
        return means
                + Quantities.millis(between)
                + switch (line.metric()) {
                    case "itl" -> " more at the client.";
                    case "ttft_service" ->
                        " lie between, in the network and in what the server does before its clock starts, which is when it"
                                + " has read the request.";
                    default -> " lie between, in the network and in reading and answering HTTP.";
                };
    }
}
