package dev.plimsoll.scenarios;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value of a YAML document, with its place. The tree changes while a scenario is read: overrides replace values,
 * variables change texts, and defaults are added, so that what is written at the end is what was understood. Confined
 * to the reading thread.
 */
sealed interface YamlNode {

    /** Where it begins. */
    Place place();

    /** What it is, as a noun for sentences. */
    String noun();

    /** Visits every scalar below, with its path. */
    static void scalars(YamlNode node, String path, BiConsumer<String, Scalar> visitor) {
        switch (node) {
            case Scalar scalar -> visitor.accept(path, scalar);
            case Sequence sequence -> {
                for (int i = 0; i < sequence.items.size(); i++) {
                    scalars(sequence.items.get(i), path + "[" + i + "]", visitor);
                }
            }
            case Mapping mapping ->
                mapping.entries.forEach((key, entry) -> scalars(entry.value(), join(path, key), visitor));
        }
    }

    /** The path of a key below a path. */
    static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** What a plain scalar stands for. */
    enum Type {
        TEXT,
        NUMBER,
        BOOLEAN,
        NULL
    }

    /** A single value. */
    final class Scalar implements YamlNode {
        private static final Pattern NUMBER = Pattern.compile(
                "[-+]?((0|[1-9]\\d*)(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?|0x[0-9a-fA-F]+|0o[0-7]+|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

        private final Place place;
        private final int textOffset;
        private String text;
        private @Nullable String masked;
        private boolean quoted;
        private boolean fromVariable;
        private boolean freeText;
        private boolean url;
        private boolean broken;

        /**
         * Creates a value.
         *
         * @param text its text, without quotes
         * @param quoted whether it is a text whatever it looks like
         * @param textOffset columns from its place to the text's first character; negative if the text is not in one
         *     piece, so that no column inside it can be told
         */
        Scalar(String text, boolean quoted, Place place, int textOffset) {
            this.text = text;
            this.quoted = quoted;
            this.place = place;
            this.textOffset = textOffset;
        }

        /** A value that stands nowhere: a default. */
        static Scalar implied(String text, Place place) {
            return new Scalar(text, false, place, -1);
        }

        @Override
        public Place place() {
            return place;
        }

        /** The place of a character of the text, as near as can be told. */
        Place placeOf(int index) {
            return textOffset < 0 || fromVariable ? place : place.right(textOffset + index);
        }

        String text() {
            return text;
        }

        /** The text that may be shown. */
        String masked() {
            return masked == null ? text : masked;
        }

        void replaceText(String resolved, String shown) {
            text = resolved;
            masked = shown;
        }

        /** Replaces the text by one with variables in it, which may then be of any type. */
        void replaceVariables(String resolved, String shown) {
            replaceText(resolved, shown);
            fromVariable = true;
            quoted = false;
        }

        /** Marks it as something passed on as it is, whatever its type. */
        void markPassedOn() {
            freeText = true;
        }

        /** Marks it as a text for people or servers, in which anything may stand. */
        void markFreeText() {
            freeText = true;
            markText();
        }

        /** Marks it as understood as a text. */
        void markText() {
            quoted = quoted || type() != Type.TEXT;
        }

        boolean isFreeText() {
            return freeText;
        }

        /** Marks it as understood as a URL: anything may stand in it after the authority. */
        void markUrl() {
            url = true;
            markText();
        }

        boolean isUrl() {
            return url;
        }

        /** Marks it as wrong already, so that nothing more is said about it. */
        void markBroken() {
            broken = true;
        }

        boolean isBroken() {
            return broken;
        }

        boolean fromVariable() {
            return fromVariable;
        }

        Type type() {
            return quoted ? Type.TEXT : typeOfPlain(text);
        }

        static Type typeOfPlain(String text) {
            return switch (text) {
                case "", "~", "null", "Null", "NULL" -> Type.NULL;
                case "true", "True", "TRUE", "false", "False", "FALSE" -> Type.BOOLEAN;
                default -> NUMBER.matcher(text).matches() ? Type.NUMBER : Type.TEXT;
            };
        }

        @Override
        public String noun() {
            return switch (type()) {
                case TEXT -> "\"" + shortened() + "\"";
                case NUMBER -> shortened();
                case BOOLEAN -> text;
                case NULL -> "nothing";
            };
        }

        private String shortened() {
            String line = masked().replaceAll("\\p{Cntrl}", " ");
            return line.length() <= 60 ? line : line.substring(0, 57) + "…";
        }
    }

    /** A list. */
    final class Sequence implements YamlNode {
        private final Place place;
        private final List<YamlNode> items = new ArrayList<>();

        Sequence(Place place) {
            this.place = place;
        }

        @Override
        public Place place() {
            return place;
        }

        List<YamlNode> items() {
            return items;
        }

        @Override
        public String noun() {
            return "a list";
        }
    }

    /** Values by key, in the order of the file. */
    final class Mapping implements YamlNode {
        private final Place place;
        private final Map<String, Entry> entries = new LinkedHashMap<>();

        Mapping(Place place) {
            this.place = place;
        }

        @Override
        public Place place() {
            return place;
        }

        Map<String, Entry> entries() {
            return entries;
        }

        Optional<YamlNode> find(String key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }

        void put(String key, YamlNode value) {
            Entry old = entries.get(key);
            entries.put(key, new Entry(old == null ? value.place() : old.keyPlace(), value));
        }

        @Override
        public String noun() {
            return "a map";
        }
    }

    /**
     * A key's value.
     *
     * @param keyPlace where the key stands
     * @param value the value
     */
    record Entry(Place keyPlace, YamlNode value) {}
}
