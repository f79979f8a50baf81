package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.YamlNode.Mapping;
import dev.plimsoll.scenarios.YamlNode.Scalar;
import dev.plimsoll.scenarios.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Applies {@code --set path=value}. A path is keys joined by dots; {@code [1]} is an item of a list by index from 0,
 * {@code [steady]} the item of that name; a key with dots stands in double quotes. Maps that are absent are made. The
 * value is YAML.
 */
final class Overrides {
    private static final Pattern STEP =
            Pattern.compile("\\G(?:(?:^|\\.)(?:\"([^\"]+)\"|([^.\\[\\]\"=]+))|\\[([^\\]]+)])");

    private final Mapping root;
    private final Problems problems;

    Overrides(Mapping root, Problems problems) {
        this.root = root;
        this.problems = problems;
    }

    /** Applies them in order. */
    void apply(List<String> overrides) {
        overrides.forEach(this::apply);
    }

    /** One part of a path. */
    private record Step(String word, boolean ofList) {}

    private void apply(String override) {
        List<Step> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(override);
        int end = 0;
        while (end < override.length() && override.charAt(end) != '=' && matcher.find()) {
            String item = matcher.group(3);
            String key = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            steps.add(item == null ? new Step(key.strip(), false) : new Step(item.strip(), true));
            end = matcher.end();
        }
        if (steps.isEmpty() || steps.getFirst().ofList || end >= override.length() || override.charAt(end) != '=') {
            problems.add(
                    Place.of("--set " + shown(override, override.indexOf('='))),
                    "",
                    "an override is path=value, such as target.url=http://127.0.0.1:8000 or phases[1].duration=5s");
            return;
        }
        String source = "--set " + shown(override, end);
        Place place = Place.of(source);
        String text = override.substring(end + 1);
        Optional<YamlNode> value = text.isBlank()
                ? Optional.of(new Scalar("", true, place, -1))
                : YamlParser.parse(source, text, problems, false);
        String path = override.substring(0, end).strip();
        if (value.isEmpty()) {
            return;
        }
        set(steps, value.get(), place, path);
    }

    /** The override with its value, unless that may be secret. */
    private static String shown(String override, int equals) {
        if (equals < 0) {
            return override;
        }
        String path = override.substring(0, equals);
        boolean secret =
                path.matches("(?is).*(headers|webhook|exec|command|authorization|token|key|password|secret).*");
        String value = override.substring(equals + 1).replaceAll("(://)[^/?#@]*@", "$1" + Values.MASK + "@");
        return path + "=" + (secret ? Values.MASK : value.length() <= 80 ? value : value.substring(0, 77) + "…");
    }

    private void set(List<Step> steps, YamlNode value, Place place, String path) {
        YamlNode node = root;
        String walked = "";
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            boolean last = i == steps.size() - 1;
            Optional<YamlNode> next = step.ofList
                    ? item(node, step, last ? value : null, place, path, walked)
                    : key(
                            node,
                            step,
                            last ? value : null,
                            place,
                            path,
                            walked,
                            i + 1 < steps.size() && steps.get(i + 1).ofList);
            if (next.isEmpty()) {
                return;
            }
            node = next.get();
            walked = step.ofList ? walked + "[" + step.word + "]" : YamlNode.join(walked, step.word);
        }
    }

    private Optional<YamlNode> key(
            YamlNode node,
            Step step,
            @Nullable YamlNode value,
            Place place,
            String path,
            String walked,
            boolean listFollows) {
        if (!(node instanceof Mapping mapping)) {
            problems.add(place, path, walked + " is " + node.noun() + " and has no key \"" + step.word + "\"");
            return Optional.empty();
        }
        if (value != null) {
            mapping.put(step.word, value);
            return Optional.of(value);
        }
        Optional<YamlNode> next = mapping.find(step.word);
        boolean empty = next.isPresent() && next.get() instanceof Scalar scalar && scalar.type() == YamlNode.Type.NULL;
        if (next.isPresent() && !empty) {
            return next;
        }
        if (listFollows) {
            problems.add(
                    place,
                    path,
                    "there is no list " + YamlNode.join(walked, step.word)
                            + Nearest.to(step.word, mapping.entries().keySet())
                                    .map(word -> "; the nearest is \"" + word + "\"")
                                    .orElse(""));
            return Optional.empty();
        }
        Mapping made = new Mapping(place);
        mapping.put(step.word, made);
        return Optional.of(made);
    }

    private Optional<YamlNode> item(
            YamlNode node, Step step, @Nullable YamlNode value, Place place, String path, String walked) {
        if (!(node instanceof Sequence sequence)) {
            problems.add(
                    place, path, walked + " is " + node.noun() + ", not a list; [" + step.word + "] picks nothing");
            return Optional.empty();
        }
        int index = index(sequence, step.word);
        if (index < 0) {
            int size = sequence.items().size();
            List<String> names = sequence.items().stream()
                    .map(Overrides::nameOf)
                    .flatMap(Optional::stream)
                    .toList();
            problems.add(
                    place,
                    path,
                    walked + " has no [" + step.word + "]; it has "
                            + (size == 0 ? "no items" : size == 1 ? "[0]" : "[0] to [" + (size - 1) + "]")
                            + (names.isEmpty() ? "" : " named " + String.join(", ", names)));
            return Optional.empty();
        }
        if (value != null) {
            sequence.items().set(index, value);
        }
        return Optional.of(sequence.items().get(index));
    }

    private static int index(Sequence sequence, String word) {
        for (int i = 0; i < sequence.items().size(); i++) {
            if (nameOf(sequence.items().get(i)).filter(word::equals).isPresent()) {
                return i;
            }
        }
        if (!word.matches("\\d{1,9}")) {
            return -1;
        }
        int index = Integer.parseInt(word);
        return index < sequence.items().size() ? index : -1;
    }

    private static Optional<String> nameOf(YamlNode node) {
        return node instanceof Mapping mapping && mapping.find("name").orElse(null) instanceof Scalar scalar
                ? Optional.of(scalar.text())
                : Optional.empty();
    }
}
