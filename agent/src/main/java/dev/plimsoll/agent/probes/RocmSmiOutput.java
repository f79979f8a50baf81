package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code rocm-smi --json} prints: {@code cardN} and texts by their descriptions, whose words have changed with versions.
 * What it was asked for and does not have is not there, or {@code "N/A"}.
 */
final class RocmSmiOutput {
    /** What asks for it, after the program. */
    static final List<String> ARGUMENTS = List.of(
            "--showuse",
            "--showmemuse",
            "--showmeminfo",
            "vram",
            "--showtemp",
            "--showpower",
            "--showclocks",
            "--json");

    private static final Pattern CARD = Pattern.compile("card(\\d+)");
    private static final Pattern NUMBER = Pattern.compile("\\(?([+-]?\\d+(?:\\.\\d+)?) ?(?:Mhz|MHz|%|W|C)?\\)?");
    private static final Pattern LANES = Pattern.compile("\\bx(\\d+)\\b");
    private static final String TOTAL = "VRAM Total Memory (B)";
    private static final String USED = "VRAM Total Used Memory (B)";
    private static final String FREE = "gpu.memory.free";
    private static final String WIDTH = "gpu.pcie.width";

    /** The descriptions of a metric, the first that there is. */
    private static final Map<String, List<String>> DESCRIPTIONS = descriptions();

    private RocmSmiOutput() {}

    private static Map<String, List<String>> descriptions() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        all.put("gpu.utilization", List.of("GPU use (%)"));
        all.put("gpu.memory.busy", List.of("GPU Memory Read/Write Activity (%)"));
        all.put("gpu.memory.used", List.of(USED));
        all.put("gpu.temperature", List.of("Temperature (Sensor junction) (C)", "Temperature (Sensor edge) (C)"));
        all.put("gpu.memory.temperature", List.of("Temperature (Sensor memory) (C)", "Temperature (Sensor mem) (C)"));
        all.put(
                "gpu.power",
                List.of(
                        "Current Socket Graphics Package Power (W)",
                        "Average Graphics Package Power (W)",
                        "Current Socket Power (W)"));
        all.put("gpu.clock.sm", List.of("sclk clock speed"));
        all.put("gpu.clock.memory", List.of("mclk clock speed"));
        return all;
    }

    /** The metrics that it has. */
    static Set<String> metrics() {
        Set<String> metrics = new LinkedHashSet<>();
        metrics.add(GpuNode.COUNT);
        metrics.addAll(DESCRIPTIONS.keySet());
        metrics.add(FREE);
        metrics.add(WIDTH);
        return metrics;
    }

    /**
     * The GPUs that were printed.
     *
     * @throws IOException with a sentence when that is no list of GPUs
     */
    static List<GpuNode.Gpu> parse(String output) throws IOException {
        JsonObject document;
        try {
            // Warnings may stand before the document.
            document = new JsonObject(output.substring(Math.max(0, output.indexOf('{'))));
        } catch (DecodeException e) {
            throw new IOException("rocm-smi printed no JSON that can be read", e);
        }
        Map<Integer, GpuNode.Gpu> gpus = new TreeMap<>();
        for (String key : document.fieldNames()) {
            Matcher card = CARD.matcher(key);
            if (card.matches() && document.getValue(key) instanceof JsonObject gpu) {
                gpus.put(
                        Integer.valueOf(card.group(1)),
                        new GpuNode.Gpu("number " + card.group(1), card.group(1), readings(gpu)));
            }
        }
        if (gpus.isEmpty()) {
            throw new IOException("rocm-smi listed no GPU");
        }
        return new ArrayList<>(gpus.values());
    }

    private static Map<String, Reading> readings(JsonObject gpu) {
        Map<String, String> texts = new LinkedHashMap<>();
        gpu.forEach(one -> texts.put(one.getKey().replaceFirst(":$", ""), String.valueOf(one.getValue())));
        Map<String, Reading> readings = new LinkedHashMap<>();
        DESCRIPTIONS.forEach((metric, names) -> readings.put(metric, first(texts, names)));
        readings.put(FREE, free(first(texts, List.of(TOTAL)), first(texts, List.of(USED))));
        readings.put(WIDTH, width(texts));
        return readings;
    }

    private static Reading first(Map<String, String> texts, List<String> names) {
        Reading reading = Reading.notAvailable("this version of rocm-smi does not tell it");
        for (String name : names) {
            String text = texts.get(name);
            if (text != null && !(reading instanceof Reading.Value)) {
                reading = number(text);
            }
        }
        return reading;
    }

    private static Reading number(String text) {
        Matcher number = NUMBER.matcher(text.strip());
        return number.matches()
                ? Reading.of(Double.parseDouble(number.group(1)))
                : Reading.notAvailable("rocm-smi says " + text.substring(0, Math.min(80, text.length())));
    }

    private static Reading free(Reading total, Reading used) {
        return total instanceof Reading.Value all && used instanceof Reading.Value some
                ? Reading.of(all.value() - some.value())
                : total instanceof Reading.Value ? used : total;
    }

    /** Of the link's speed and lanes, such as {@code (16.0GT/s, x16 619Mhz)}. */
    private static Reading width(Map<String, String> texts) {
        for (Map.Entry<String, String> one : texts.entrySet()) {
            Matcher lanes = LANES.matcher(one.getValue());
            if (one.getKey().startsWith("pcie clock") && lanes.find()) {
                return Reading.of(Double.parseDouble(lanes.group(1)));
            }
        }
        return Reading.notAvailable("this version of rocm-smi does not tell it");
    }
}
