package dev.plimsoll.controller.run;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Replaces secrets in text by {@code ***}. Immutable. */
final class Secrets {
    private static final String MASK = "***";

    private final List<String> values;

    /** Masks these values, the longest first, so that a secret that holds another is hidden whole. */
    Secrets(Collection<String> values) {
        this.values = values.stream()
                .filter(value -> !value.isEmpty())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** The text without secrets. */
    String mask(String text) {
        String masked = text;
        for (String value : values) {
            masked = masked.replace(value, MASK);
        }
        return masked;
    }

    /** The texts without secrets. */
    List<String> mask(List<String> texts) {
        return texts.stream().map(this::mask).toList();
    }

    /** The named values with no secret in any text, also in lists and maps among them. */
    Map<String, Object> mask(Map<String, Object> values) {
        Map<String, Object> masked = new LinkedHashMap<>();
        values.forEach((name, value) -> masked.put(mask(name), maskValue(value)));
        return masked;
    }

    private Object maskValue(Object value) {
        return switch (value) {
            case String text -> mask(text);
            case List<?> list -> list.stream().map(this::maskValue).toList();
            case Map<?, ?> map -> {
                Map<String, Object> masked = new LinkedHashMap<>();
                map.forEach((name, inner) -> masked.put(mask(String.valueOf(name)), maskValue(inner)));
                yield masked;
            }
            default -> value;
        };
    }
}
