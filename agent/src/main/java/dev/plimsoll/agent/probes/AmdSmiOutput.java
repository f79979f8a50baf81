package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code amd-smi metric --json} prints.
 *
 * <p>A number comes bare or with its unit ({@code {"value": 42, "unit": "%"}}); {@code "N/A"} means that there is none.
 * Clocks are those of the slowest engine. Whether clocks are held down is a state at that instant.
 */
final class AmdSmiOutput {
    /** What asks for it, after the program. */
    static final List<String> ARGUMENTS = List.of("metric", "--json");

    private static final double MIB = 1024 * 1024;
    private static final double PERCENT = 100;
    private static final Pattern NUMBER = Pattern.compile("([+-]?[0-9]+(?:\\.[0-9]+)?)(?: ?[A-Za-z%/]+)?");

    /** Where a metric is, the first that there is; a star stands for each engine. */
    private static final Map<String, List<String>> PATHS = paths();

    private static final Map<String, Double> FACTORS = Map.of("gpu.memory.used", MIB, "gpu.memory.free", MIB);
    private static final String THROTTLED = "gpu.throttled";

    private AmdSmiOutput() {}

    private static Map<String, List<String>> paths() {
        Map<String, List<String>> paths = new LinkedHashMap<>();
        paths.put("gpu.utilization", List.of("usage.gfx_activity"));
        paths.put("gpu.memory.busy", List.of("usage.umc_activity"));
        paths.put("gpu.memory.used", List.of("mem_usage.used_vram"));
        paths.put("gpu.memory.free", List.of("mem_usage.free_vram"));
        paths.put("gpu.temperature", List.of("temperature.hotspot", "temperature.edge"));
        paths.put("gpu.memory.temperature", List.of("temperature.mem"));
        paths.put(
                "gpu.power", List.of("power.socket_power", "power.current_socket_power", "power.average_socket_power"));
        paths.put("gpu.clock.sm", List.of("clock.gfx_*.clk", "clock.gfx.clk"));
        paths.put("gpu.clock.memory", List.of("clock.mem_*.clk", "clock.mem.clk"));
        paths.put("gpu.pcie.width", List.of("pcie.width", "pcie.current_lanes"));
        paths.put("gpu.ecc.uncorrected", List.of("ecc.total_uncorrectable_count"));
        return paths;
    }

    /** The metrics that it has. */
    static Set<String> metrics() {
        Set<String> metrics = new LinkedHashSet<>();
        metrics.add(GpuNode.COUNT);
        metrics.addAll(PATHS.keySet());
        metrics.add(THROTTLED);
        return metrics;
    }

    /**
     * The GPUs that were printed.
     *
     * @throws IOException with a sentence when that is no list of GPUs
     */
    static List<GpuNode.Gpu> parse(String output) throws IOException {
        JsonArray list;
        try {
            // Warnings may stand before the document.
            String document = output.substring(Math.max(0, start(output)));
            list = document.startsWith("{")
                    ? new JsonObject(document).getJsonArray("gpu_data", new JsonArray())
                    : new JsonArray(document);
        } catch (DecodeException | ClassCastException e) {
            throw new IOException("amd-smi printed no JSON that can be read", e);
        }
        List<GpuNode.Gpu> gpus = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            if (list.getValue(i) instanceof JsonObject gpu && gpu.getValue("gpu") instanceof Number number) {
                String name = Integer.toString(number.intValue());
                gpus.add(new GpuNode.Gpu("number " + name, name, readings(gpu)));
            }
        }
        if (gpus.isEmpty()) {
            throw new IOException("amd-smi listed no GPU");
        }
        return gpus;
    }

    private static int start(String output) {
        Matcher bracket = Pattern.compile("(?m)^\\s*[\\[{]").matcher(output);
        return bracket.find() ? bracket.end() - 1 : 0;
    }

    private static Map<String, Reading> readings(JsonObject gpu) {
        Map<String, Reading> readings = new LinkedHashMap<>();
        PATHS.forEach((metric, paths) -> {
            Reading reading = Reading.notAvailable("this version of amd-smi does not tell it");
            for (String path : paths) {
                Optional<Reading> found = lowest(gpu, path);
                if (found.isPresent() && !(reading instanceof Reading.Value)) {
                    reading = found.get();
                }
            }
            double factor = FACTORS.getOrDefault(metric, 1.0);
            readings.put(metric, reading instanceof Reading.Value value ? Reading.of(value.value() * factor) : reading);
        });
        readings.put(THROTTLED, throttled(find(gpu, "power.throttle_status")));
        return readings;
    }

    private static Reading throttled(@Nullable Object status) {
        return switch (String.valueOf(status)) {
            case "THROTTLED" -> Reading.of(PERCENT);
            case "UNTHROTTLED" -> Reading.of(0);
            default -> Reading.notAvailable("amd-smi does not tell whether clocks are held down");
        };
    }

    /** The smallest number at that path; a star is tried with numbers from 0 on. */
    private static Optional<Reading> lowest(JsonObject gpu, String path) {
        if (!path.contains("*")) {
            return Optional.ofNullable(find(gpu, path)).map(AmdSmiOutput::number);
        }
        Optional<Reading> lowest = Optional.empty();
        Object each;
        for (int i = 0; (each = find(gpu, path.replace("*", Integer.toString(i)))) != null; i++) {
            Reading reading = number(each);
            double value = reading.asDouble().orElse(Double.POSITIVE_INFINITY);
            if (lowest.isEmpty() || value < lowest.get().asDouble().orElse(Double.POSITIVE_INFINITY)) {
                lowest = Optional.of(reading);
            }
        }
        return lowest;
    }

    private static @Nullable Object find(JsonObject gpu, String path) {
        Object at = gpu;
        for (String key : path.split("\\.", -1)) {
            if (!(at instanceof JsonObject object)) {
                return null;
            }
            at = object.getValue(key);
        }
        return at;
    }

    private static Reading number(@Nullable Object value) {
        Object bare = value instanceof JsonObject withUnit ? withUnit.getValue("value") : value;
        if (bare instanceof Number number && Double.isFinite(number.doubleValue())) {
            return Reading.of(number.doubleValue());
        }
        if (!(bare instanceof String text)) {
            return Reading.failed("amd-smi printed no number");
        }
        Matcher number = NUMBER.matcher(text.strip());
        return number.matches()
                ? Reading.of(Double.parseDouble(number.group(1)))
                : Reading.notAvailable("amd-smi says " + text.substring(0, Math.min(80, text.length())));
    }
}
