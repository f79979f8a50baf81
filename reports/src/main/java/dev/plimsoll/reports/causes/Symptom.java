package dev.plimsoll.reports.causes;

import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;

/** A series of the clients in which anomalies are looked for. */
enum Symptom {
    /** The mean latency of the requests that ended in an interval. */
    LATENCY(Metrics.LATENCY.name(), "latency", 1),
    /** The mean time to first token. */
    TTFT(Metrics.TTFT.name(), "time to first token", 1),
    /** The mean gap between tokens. */
    ITL(Metrics.ITL.name(), "inter-token latency", 1),
    /** The 99th percentile of gaps between tokens: a short stop is in few of them. */
    ITL_TAIL(Metrics.ITL.name(), "p99 of inter-token latency", 1),
    /** Requests that ended, as far as the sent ones do not explain it. */
    THROUGHPUT(Metrics.THROUGHPUT.name(), "throughput", -1);

    private final String metric;
    private final String label;
    private final int bad;

    Symptom(String metric, String label, int bad) {
        this.metric = metric;
        this.label = label;
        this.bad = bad;
    }

    /** The metric's name. */
    String metric() {
        return metric;
    }

    /** What it is called in a sentence. */
    String label() {
        return label;
    }

    /** 1 where more is worse, −1 where less is. */
    int bad() {
        return bad;
    }

    /** A value with its unit. */
    String value(double value) {
        return Quantities.value(value, this == THROUGHPUT ? Unit.PER_SECOND : Unit.MILLISECONDS);
    }
}
