package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Stands for a probe that this version does not have: each of its metrics is not available. */
final class MissingProbe implements Probe {
    private final String type;
    private final Set<String> metrics;

    /** For that type, which would have these metrics. */
    MissingProbe(String type, Set<String> metrics) {
        this.type = type;
        this.metrics = Set.copyOf(metrics);
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public Set<String> metrics() {
        return metrics;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        Reading none = Reading.notAvailable("the " + type + " probe is not part of this version");
        Map<String, Reading> readings = new LinkedHashMap<>();
        metrics.forEach(name -> readings.put(name, none));
        return Future.succeededFuture(readings);
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
