package dev.plimsoll.simulator.serving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.simulator.FaultPlan;
import dev.plimsoll.simulator.Faults;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Faults as the JSON of {@code /sim/faults}. Durations are milliseconds. */
final class FaultJson {
    private static final Set<String> KEYS = new TreeSet<>(Set.of(
            "step_delay_ms",
            "first_token_delay_ms",
            "decode_factor",
            "stall_ratio",
            "stall_after_tokens",
            "stall_ms",
            "error_ratio",
            "error_status",
            "reset_ratio",
            "truncate_ratio",
            "error_event_ratio",
            "for_ms",
            "freeze_ms",
            "unready_ms"));

    private FaultJson() {}

    /** Replaces the plan by that of {@code node}; keys that are absent are off. */
    static void apply(JsonNode node, Faults faults) throws ApiError {
        for (String key : (Iterable<String>) node::fieldNames) {
            if (!KEYS.contains(key)) {
                throw ApiError.badRequest(key, "no fault is called " + key + "; there are " + String.join(", ", KEYS));
            }
            if (!node.get(key).isNumber()) {
                throw ApiError.badRequest(key, key + " must be a number, was " + node.get(key));
            }
        }
        FaultPlan none = FaultPlan.NONE;
        FaultPlan plan = new FaultPlan(
                millis(node, "step_delay_ms").orElse(Duration.ZERO),
                millis(node, "first_token_delay_ms").orElse(Duration.ZERO),
                node.path("decode_factor").asDouble(1),
                node.path("stall_ratio").asDouble(0),
                node.path("stall_after_tokens").asInt(none.stallAfterTokens()),
                millis(node, "stall_ms"),
                node.path("error_ratio").asDouble(0),
                node.path("error_status").asInt(none.errorStatus()),
                node.path("reset_ratio").asDouble(0),
                node.path("truncate_ratio").asDouble(0),
                node.path("error_event_ratio").asDouble(0),
                millis(node, "for_ms"));
        faults.set(plan);
        millis(node, "freeze_ms").ifPresent(faults::freeze);
        millis(node, "unready_ms").ifPresent(faults::unready);
    }

    /** What is on now. */
    static String write(Faults faults, long worstLagNanos) {
        FaultPlan plan = faults.plan();
        return "{\"step_delay_ms\":" + millis(plan.stepDelay())
                + ",\"first_token_delay_ms\":" + millis(plan.firstTokenDelay())
                + ",\"decode_factor\":" + plan.decodeFactor()
                + ",\"stall_ratio\":" + plan.stallRatio()
                + ",\"stall_after_tokens\":" + plan.stallAfterTokens()
                + ",\"stall_ms\":" + plan.stallFor().map(FaultJson::millis).orElse("null")
                + ",\"error_ratio\":" + plan.errorRatio()
                + ",\"error_status\":" + plan.errorStatus()
                + ",\"reset_ratio\":" + plan.resetRatio()
                + ",\"truncate_ratio\":" + plan.truncateRatio()
                + ",\"error_event_ratio\":" + plan.errorEventRatio()
                + ",\"frozen_for_ms\":" + millis(Duration.ofNanos(faults.frozenForNanos()))
                + ",\"unready_for_ms\":" + millis(Duration.ofNanos(faults.unreadyForNanos()))
                + ",\"worst_lag_ms\":" + millis(Duration.ofNanos(worstLagNanos)) + "}";
    }

    private static Optional<Duration> millis(JsonNode node, String key) {
        return node.has(key)
                ? Optional.of(Duration.ofNanos(Math.round(node.get(key).asDouble() * 1e6)))
                : Optional.empty();
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.3f", duration.toNanos() / 1e6);
    }
}
