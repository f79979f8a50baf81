package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.YamlNode.Mapping;
import dev.plimsoll.scenarios.YamlNode.Scalar;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** A map of a known kind, whose unknown keys have been reported. */
final class Section {
    private final Block block;
    private final Mapping mapping;
    private final String path;
    private final Problems problems;

    Section(Block block, Mapping mapping, String path, Problems problems) {
        this.block = block;
        this.mapping = mapping;
        this.path = path;
        this.problems = problems;
        allowOnly(block.keys());
    }

    private void allowOnly(Collection<String> keys) {
        mapping.entries().forEach((key, entry) -> {
            if (!keys.contains(key)) {
                problems.add(
                        entry.keyPlace(),
                        YamlNode.join(path, key),
                        "unknown key \"" + shortened(key) + "\"" + Nearest.hint(key, keys));
            }
        });
    }

    private static String shortened(String key) {
        return key.length() <= 60 ? key : key.substring(0, 57) + "…";
    }

    String path() {
        return path;
    }

    String path(String key) {
        return YamlNode.join(path, key);
    }

    Place place() {
        return mapping.place();
    }

    boolean has(String key) {
        return mapping.entries().containsKey(key);
    }

    /** The keys that are present. */
    List<String> keys() {
        return List.copyOf(mapping.entries().keySet());
    }

    /** The value of a key. */
    Optional<Field> get(String key) {
        if (!block.keys().contains(key)) {
            throw new IllegalArgumentException(block + " has no key " + key);
        }
        return mapping.find(key).map(node -> new Field(node, path(key)));
    }

    /** The value of a key that must be there. */
    Optional<Field> need(String key) {
        Optional<Field> field = get(key);
        if (field.isEmpty()) {
            problems.add(mapping.place(), path, "`" + key + "` is missing");
        }
        return field;
    }

    /** The value of a key, or else its default, which is then written into the tree. */
    Field orDefault(String key) {
        String text = block.defaults().get(key);
        if (text == null) {
            throw new IllegalArgumentException(block + " has no default for " + key);
        }
        return orElse(key, text);
    }

    /** The value of a key, or else another one, which is then written into the tree. */
    Field orElse(String key, String text) {
        return get(key).orElseGet(() -> {
            Scalar implied = Scalar.implied(text, mapping.place());
            mapping.put(key, implied);
            return new Field(implied, path(key));
        });
    }

    /** An empty map for a key that is absent, which is then written into the tree. */
    Field implied(String key) {
        Mapping implied = new Mapping(mapping.place());
        mapping.put(key, implied);
        return new Field(implied, path(key));
    }

    /** Says that a key that is present cannot be, and why. */
    void refuse(String key, String why) {
        if (has(key)) {
            problems.add(Objects.requireNonNull(mapping.entries().get(key)).keyPlace(), path(key), why);
        }
    }

    /** Makes a record; a rule it breaks becomes a problem here. */
    <T> Optional<T> build(Supplier<T> record) {
        try {
            return Optional.of(record.get());
        } catch (IllegalArgumentException e) {
            problems.add(mapping.place(), path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
