package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The columns that are asked of {@code nvidia-smi --query-gpu}, and what their cells mean.
 *
 * <p>One unknown field makes the command refuse the whole query, so each column takes the first of its names that this
 * driver knows, and a column of which it knows none is left out.
 *
 * @param columns name of the field by what it stands for, in the order of the query
 */
record SmiTable(Map<String, String> columns) {
    /** The column of a GPU's number. */
    static final String INDEX = "index";

    private static final String UUID = "uuid";
    private static final String COUNT = "count";
    private static final double MIB = 1024 * 1024;
    private static final double PERCENT = 100;

    private static final Pattern KNOWN_FIELD = Pattern.compile("\"([a-z0-9_.]+)\"");
    private static final Pattern NUMBER = Pattern.compile("([+-]?[0-9]+(?:\\.[0-9]+)?)(?: ?[A-Za-z%]+)?");
    /** What a cell says that had or should have a value: the GPU is at fault, not its kind. */
    private static final Pattern TROUBLE = Pattern.compile(
            "lost|unknown error|requires|reset|timeout|timed out|fallen|in use by", Pattern.CASE_INSENSITIVE);

    private static final String REASONS = "clocks_event_reasons";
    /** Reasons of heat and brake; the hardware's slowdown is either of its two others. */
    static final List<String> HELD_DOWN =
            List.of("hw_slowdown", "hw_thermal_slowdown", "hw_power_brake_slowdown", "sw_thermal_slowdown");
    /** The reason of the power limit. */
    static final List<String> CAPPED = List.of("sw_power_cap");

    private static final Map<String, List<String>> NAMES = names();

    /** Columns that are a metric as they stand, and by what their number is multiplied. */
    private static final Map<String, Double> METRICS = metrics();

    private static Map<String, List<String>> names() {
        Map<String, List<String>> names = new LinkedHashMap<>();
        names.put(INDEX, List.of("index"));
        names.put(UUID, List.of("uuid", "gpu_uuid"));
        names.put(COUNT, List.of("count"));
        names.put("gpu.utilization", List.of("utilization.gpu"));
        names.put("gpu.memory.busy", List.of("utilization.memory"));
        names.put("gpu.memory.used", List.of("memory.used"));
        names.put("gpu.memory.free", List.of("memory.free"));
        names.put("gpu.temperature", List.of("temperature.gpu"));
        names.put("gpu.temperature.margin", List.of("temperature.gpu.tlimit"));
        names.put("gpu.memory.temperature", List.of("temperature.memory"));
        names.put("gpu.power", List.of("power.draw"));
        names.put("gpu.power.limit", List.of("enforced.power.limit", "power.limit"));
        names.put("gpu.clock.sm", List.of("clocks.current.sm", "clocks.sm"));
        names.put("gpu.clock.memory", List.of("clocks.current.memory", "clocks.mem"));
        names.put("gpu.pcie.generation", List.of("pcie.link.gen.current", "pcie.link.gen.gpucurrent"));
        names.put("gpu.pcie.generation.limit", List.of("pcie.link.gen.max"));
        names.put("gpu.pcie.width", List.of("pcie.link.width.current"));
        names.put("gpu.pcie.width.limit", List.of("pcie.link.width.max"));
        names.put("gpu.ecc.uncorrected", List.of("ecc.errors.uncorrected.volatile.total"));
        for (List<String> reasons : List.of(HELD_DOWN, CAPPED)) {
            for (String reason : reasons) {
                names.put(flag(reason), List.of(REASONS + "." + reason, "clocks_throttle_reasons." + reason));
                names.put(
                        counter(reason),
                        List.of(REASONS + "_counters." + reason, "clocks_throttle_reasons_counters." + reason));
            }
        }
        return names;
    }

    private static Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        NAMES.keySet().stream().filter(key -> key.startsWith("gpu.")).forEach(key -> metrics.put(key, 1.0));
        metrics.put("gpu.memory.used", MIB);
        metrics.put("gpu.memory.free", MIB);
        return metrics;
    }

    private static String flag(String reason) {
        return "flag " + reason;
    }

    private static String counter(String reason) {
        return "counter " + reason;
    }

    /** The table for a driver whose {@code --help-query-gpu} prints that; without the fields that it refused before. */
    static SmiTable of(String help, Set<String> refused) {
        Set<String> known = new LinkedHashSet<>();
        help.lines().map(String::strip).filter(line -> line.startsWith("\"")).forEach(line -> {
            Matcher field = KNOWN_FIELD.matcher(line);
            while (field.find()) {
                known.add(field.group(1));
            }
        });
        known.removeAll(refused);
        Map<String, String> columns = new LinkedHashMap<>();
        NAMES.forEach((key, names) ->
                names.stream().filter(known::contains).findFirst().ifPresent(name -> columns.put(key, name)));
        return new SmiTable(columns);
    }

    /** Whether it has a column of that meaning. */
    boolean has(String key) {
        return columns.containsKey(key);
    }

    /** The fields of the query, separated by commas. */
    String query() {
        return String.join(",", columns.values());
    }

    /** The row that this line is; absent when it is none. */
    Optional<Row> row(String line) {
        String[] cells = line.split(",", -1);
        if (cells.length != columns.size()) {
            return Optional.empty();
        }
        Map<String, String> row = new LinkedHashMap<>();
        int i = 0;
        for (String key : columns.keySet()) {
            row.put(key, cells[i++].strip());
        }
        // A header has as many cells.
        return row.getOrDefault(INDEX, "").equals(INDEX) ? Optional.empty() : Optional.of(new Row(row));
    }

    /**
     * One GPU at one instant.
     *
     * @param cells as printed, by what they stand for
     */
    record Row(Map<String, String> cells) {
        /** The GPU's number; absent where it has lost even that. */
        Optional<Integer> index() {
            return whole(INDEX);
        }

        /** How many GPUs the machine has, as far as it says. */
        Optional<Integer> count() {
            return whole(COUNT);
        }

        private Optional<Integer> whole(String key) {
            String cell = cells.getOrDefault(key, "");
            return cell.matches("[0-9]{1,4}") ? Optional.of(Integer.valueOf(cell)) : Optional.empty();
        }

        /** What tells it from others for good; absent where it has lost that. */
        Optional<String> uuid() {
            String cell = cells.getOrDefault(UUID, "");
            return cell.startsWith("GPU-") || cell.startsWith("MIG-") ? Optional.of(cell) : Optional.empty();
        }

        /** The metrics that need no earlier row. */
        Map<String, Reading> readings() {
            Map<String, Reading> readings = new LinkedHashMap<>();
            METRICS.forEach((metric, factor) -> {
                String cell = cells.get(metric);
                readings.put(
                        metric,
                        cell == null
                                ? Reading.notAvailable("this version of nvidia-smi does not tell it")
                                : scaled(number(cell), factor));
            });
            return readings;
        }

        private static Reading scaled(Reading reading, double factor) {
            return reading instanceof Reading.Value value ? Reading.of(value.value() * factor) : reading;
        }

        /** How long clocks were held down for that reason since the driver was loaded, in µs; absent without a counter. */
        Optional<Double> heldMicros(String reason) {
            String cell = cells.get(counter(reason));
            return cell != null && number(cell) instanceof Reading.Value value
                    ? Optional.of(value.value())
                    : Optional.empty();
        }

        /** Whether clocks are held down for one of these reasons right now: 100 or 0. */
        Reading held(List<String> reasons) {
            Reading none = Reading.notAvailable("this version of nvidia-smi does not tell why clocks are held down");
            boolean told = false;
            for (String reason : reasons) {
                String cell = cells.getOrDefault(flag(reason), "");
                if (cell.equalsIgnoreCase("active")) {
                    return Reading.of(PERCENT);
                }
                told |= cell.equalsIgnoreCase("not active");
                if (number(cell) instanceof Reading.Failed failed && !cell.isEmpty()) {
                    none = failed;
                }
            }
            return told && !(none instanceof Reading.Failed) ? Reading.of(0) : none;
        }
    }

    /** What a cell says. A word or a phrase, in brackets or not, is a way to say that there is no value. */
    static Reading number(String cell) {
        Matcher number = NUMBER.matcher(cell);
        if (number.matches()) {
            return Reading.of(Double.parseDouble(number.group(1)));
        }
        String words = cell.replaceAll("[\\[\\]]", "").strip();
        if (words.isEmpty() || TROUBLE.matcher(words).find() || !words.matches("[\\x20-\\x7e]{1,80}")) {
            return Reading.failed(
                    words.isEmpty() ? "nvidia-smi printed an empty cell" : "nvidia-smi says " + shown(words));
        }
        return Reading.notAvailable("nvidia-smi says " + shown(words));
    }

    private static String shown(String words) {
        String clean = words.replaceAll("[^\\x20-\\x7e]", "?");
        return clean.substring(0, Math.min(80, clean.length()));
    }

    /** The field that a refusal names. */
    static Optional<String> refused(String line) {
        Matcher field =
                Pattern.compile("Field \"([^\"]+)\" is not a valid field").matcher(line);
        return field.find() ? Optional.of(field.group(1)) : Optional.empty();
    }
}
