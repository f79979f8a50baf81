package dev.plimsoll.scenarios;

import dev.plimsoll.measurements.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code preflight}. */
final class PreflightDecoder {
    private static final String VERSION_RULE = "a driver's version is such as 550.54.15";

    private final Values values;
    private final NamedFiles files;

    PreflightDecoder(Values values, NamedFiles files) {
        this.values = values;
        this.files = files;
    }

    /** What is wanted; the default after a problem. */
    Preflight decode(Field field) {
        return values.section(field, Block.PREFLIGHT, "preflight")
                .flatMap(this::preflight)
                .orElse(Preflight.DEFAULT);
    }

    private Optional<Preflight> preflight(Section section) {
        Optional<String> minimum =
                section.get("driver_minimum").flatMap(field -> values.name(field, VERSION_RULE, Preflight.VERSION));
        List<String> drivers = words(section, "drivers", VERSION_RULE + " or 570.*", Preflight.VERSION + "(\\.\\*)?");
        Optional<String> lock = section.get("lock").flatMap(field -> files.existing(values, field));
        Optional<String> model = section.get("model").flatMap(values::text);
        Optional<String> python = section.get("python").flatMap(values::text);
        Preflight.Limits limits = new Preflight.Limits(
                section.get("gpu_memory_free").flatMap(values::ratio),
                section.get("disk_free").flatMap(field -> values.amount(field, Unit.BYTES)),
                section.get("disk_read").flatMap(field -> values.amount(field, Unit.BYTES_PER_SECOND)),
                section.get("open_files").flatMap(field -> values.integer(field, "open_files", 1, Integer.MAX_VALUE)),
                section.get("round_trip").flatMap(field -> values.positiveDuration(field, "round_trip")));
        List<String> required = checks(section, "required");
        List<String> tolerated = checks(section, "tolerated");
        return section.build(() -> new Preflight(minimum, drivers, lock, model, python, limits, required, tolerated));
    }

    private List<String> checks(Section section, String key) {
        List<String> checks = new ArrayList<>();
        section.get(key).ifPresent(field -> {
            for (Field item : values.list(field, key)) {
                values.word(item, "a check", Words.PREFLIGHT_CHECKS).ifPresent(checks::add);
            }
        });
        return checks;
    }

    private List<String> words(Section section, String key, String rule, String pattern) {
        List<String> words = new ArrayList<>();
        section.get(key).ifPresent(field -> {
            for (Field item : values.list(field, key)) {
                values.name(item, rule, pattern).ifPresent(words::add);
            }
        });
        return words;
    }
}
