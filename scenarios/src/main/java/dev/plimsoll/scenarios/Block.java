package dev.plimsoll.scenarios;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The maps of the language, each with its keys, and the defaults of keys, as they would be written in a file. The one
 * place for both; the JSON Schema says the same.
 */
enum Block {
    SCENARIO(
            "name",
            "description=",
            "target",
            "workload",
            "phases",
            "repeat=1",
            "seed=7",
            "objectives",
            "nodes",
            "preflight",
            "gate"),
    TARGET(
            "url",
            "api=openai-chat",
            "model=auto",
            "stream",
            "headers",
            "timeout=60s",
            "connections",
            "http=auto",
            "tls"),
    CONNECTIONS("max=1024", "reuse=true"),
    TLS("ca", "cert", "key", "verify=true", "server_name", "provider=auto"),
    WORK("name", "weight=1", "input", "output", "shared_prefix", "sampling", "prompts", "request", "expect"),
    INPUT("tokens"),
    OUTPUT("tokens=128", "exact=false"),
    TOKENS("distribution", "mean", "stddev", "min", "max"),
    SHARED_PREFIX("tokens", "groups=1"),
    REQUEST("method=GET", "path", "headers", "body="),
    EXPECT("status", "body_contains"),
    PHASE(
            "name",
            "duration",
            "rate",
            "arrivals=poisson",
            "max_in_flight=" + Load.Open.DEFAULT_MAX_IN_FLIGHT,
            "concurrency",
            "think_time=0s",
            "measure=true",
            "drain",
            "after_drain=false"),
    RATE("from", "to", "steps", "base", "spike", "at", "for"),
    ARRIVALS("gamma"),
    GAMMA("cv"),
    OBJECTIVES(objectiveKeys()),
    NODE("name", "agent", "probes", "interval=1s"),
    PROBE("type", "url", "headers", "gpus", "pid", "port", "command", "queries"),
    PREFLIGHT(
            "driver_minimum",
            "drivers",
            "lock",
            "model",
            "python",
            "gpu_memory_free",
            "disk_free",
            "disk_read",
            "open_files",
            "round_trip",
            "required",
            "tolerated"),
    GATE(
            "smoke",
            "thresholds",
            "confidence=95%",
            "on_undecided=inconclusive",
            "abort_when_hopeless=true",
            "stop_when_decided=false",
            "extend_until",
            "baseline",
            "on_promote",
            "on_rollback",
            "on_inconclusive"),
    SMOKE("timeout=60s", "requests=3"),
    BASELINE("run", "runs=5", "required=true", "allow", "checks"),
    ACTION("exec", "webhook", "timeout"),
    WEBHOOK("url", "headers", "secret");

    private final Map<String, Optional<String>> keys;

    Block(String... keys) {
        Map<String, Optional<String>> map = new LinkedHashMap<>();
        for (String key : keys) {
            int equals = key.indexOf('=');
            map.put(
                    equals < 0 ? key : key.substring(0, equals),
                    equals < 0 ? Optional.empty() : Optional.of(key.substring(equals + 1)));
        }
        this.keys = Collections.unmodifiableMap(map);
    }

    private static String[] objectiveKeys() {
        List<String> metrics = new ArrayList<>(
                MetricNames.times().stream().map(metric -> metric.name()).toList());
        metrics.add("share=95%");
        return metrics.toArray(String[]::new);
    }

    /** Its keys, in the order of the documentation. */
    List<String> keys() {
        return List.copyOf(keys.keySet());
    }

    /** Its keys that have a default, with it. */
    Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        keys.forEach((key, value) -> value.ifPresent(text -> defaults.put(key, text)));
        return defaults;
    }
}
