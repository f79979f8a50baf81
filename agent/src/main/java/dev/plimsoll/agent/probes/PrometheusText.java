package dev.plimsoll.agent.probes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A metrics page in Prometheus' text format 0.0.4, or OpenMetrics read leniently.
 *
 * <p>Comments, types, timestamps and exemplars are passed over. A line that is not understood is counted and passed over
 * too: one broken series must not hide the others.
 */
public final class PrometheusText {
    /** Samples of a page at most; those beyond it are counted as malformed. */
    public static final int MOST_SAMPLES = 500_000;

    private final Map<String, List<Sample>> byName;
    private final int malformedLines;

    private PrometheusText(Map<String, List<Sample>> byName, int malformedLines) {
        this.byName = byName;
        this.malformedLines = malformedLines;
    }

    /**
     * One sample.
     *
     * @param name of the metric, suffixes such as {@code _total} and {@code _bucket} included
     * @param labels unescaped
     * @param value may be NaN or infinite
     */
    public record Sample(String name, Map<String, String> labels, double value) {
        /** Copies the map. */
        public Sample {
            labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        }

        /** The label's value; empty without it, which Prometheus takes for the same. */
        public String label(String label) {
            return labels.getOrDefault(label, "");
        }
    }

    /** Reads a page. */
    public static PrometheusText parse(String page) {
        Map<String, List<Sample>> byName = new HashMap<>();
        int malformed = 0;
        int samples = 0;
        int start = 0;
        while (start < page.length()) {
            int newline = page.indexOf('\n', start);
            int end = newline < 0 ? page.length() : newline;
            Line line = new Line(page, start, end);
            if (!line.isBlankOrComment()) {
                Sample sample = samples < MOST_SAMPLES ? line.sample() : null;
                if (sample == null) {
                    malformed++;
                } else {
                    samples++;
                    byName.computeIfAbsent(sample.name(), name -> new ArrayList<>())
                            .add(sample);
                }
            }
            start = end + 1;
        }
        return new PrometheusText(byName, malformed);
    }

    /** The samples of exactly that name, in the order of the page. */
    public List<Sample> named(String name) {
        return Collections.unmodifiableList(byName.getOrDefault(name, List.of()));
    }

    /** Whether a metric's name begins so. */
    boolean has(String prefix) {
        return byName.keySet().stream().anyMatch(name -> name.startsWith(prefix));
    }

    /** Every sample, grouped by name. */
    public Map<String, List<Sample>> all() {
        return Collections.unmodifiableMap(byName);
    }

    /** Whether no sample was found. */
    public boolean isEmpty() {
        return byName.isEmpty();
    }

    /** Lines that were not understood. */
    public int malformedLines() {
        return malformedLines;
    }

    /** Reads one line from left to right. */
    private static final class Line {
        private final String text;
        private final int end;
        private int at;

        Line(String text, int start, int end) {
            this.text = text;
            this.at = start;
            this.end = end > start && text.charAt(end - 1) == '\r' ? end - 1 : end;
            skipBlanks();
        }

        boolean isBlankOrComment() {
            return at == end || text.charAt(at) == '#';
        }

        /** The sample; null when the line is malformed. */
        @Nullable
        Sample sample() {
            Map<String, String> labels = new LinkedHashMap<>();
            String name = name();
            skipBlanks();
            if (at < end && text.charAt(at) == '{') {
                at++;
                String quoted = labels(labels);
                if (quoted == null) {
                    return null;
                }
                name = name.isEmpty() ? quoted : name;
            }
            Double value = name.isEmpty() ? null : number(word());
            return value != null && restIsWellFormed() ? new Sample(name, labels, value) : null;
        }

        private String name() {
            int start = at;
            while (at < end && isNameCharacter(text.charAt(at), at == start)) {
                at++;
            }
            return text.substring(start, at);
        }

        private static boolean isNameCharacter(char c, boolean first) {
            return c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c == '_'
                    || c == ':'
                    || !first && c >= '0' && c <= '9';
        }

        /** Reads up to the closing brace; gives the metric's quoted name, empty without one, null when malformed. */
        private @Nullable String labels(Map<String, String> labels) {
            String metric = "";
            while (true) {
                skipBlanks();
                if (at == end) {
                    return null;
                }
                if (text.charAt(at) == '}') {
                    at++;
                    return metric;
                }
                String label = text.charAt(at) == '"' ? quoted() : name();
                if (label == null || label.isEmpty()) {
                    return null;
                }
                skipBlanks();
                if (at < end && text.charAt(at) == '=') {
                    at++;
                    skipBlanks();
                    String value = quoted();
                    if (value == null) {
                        return null;
                    }
                    labels.put(label, value);
                } else if (metric.isEmpty()) {
                    metric = label;
                } else {
                    return null;
                }
                skipBlanks();
                if (at < end && text.charAt(at) == ',') {
                    at++;
                } else if (at == end || text.charAt(at) != '}') {
                    return null;
                }
            }
        }

        private @Nullable String quoted() {
            if (at == end || text.charAt(at) != '"') {
                return null;
            }
            at++;
            StringBuilder value = new StringBuilder();
            while (at < end) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return value.toString();
                }
                if (c == '\\' && at < end) {
                    char escaped = text.charAt(at++);
                    switch (escaped) {
                        case 'n' -> value.append('\n');
                        case '\\', '"' -> value.append(escaped);
                        default -> value.append(c).append(escaped);
                    }
                } else {
                    value.append(c);
                }
            }
            return null;
        }

        /** What is left may be a timestamp and an exemplar. */
        private boolean restIsWellFormed() {
            skipBlanks();
            if (at < end && text.charAt(at) != '#') {
                if (number(word()) == null) {
                    return false;
                }
                skipBlanks();
            }
            return at == end || text.charAt(at) == '#';
        }

        private String word() {
            skipBlanks();
            int start = at;
            while (at < end && !isBlank(text.charAt(at))) {
                at++;
            }
            return text.substring(start, at);
        }

        private static @Nullable Double number(String word) {
            switch (word.toLowerCase(java.util.Locale.ROOT)) {
                case "nan":
                    return Double.NaN;
                case "+inf", "inf":
                    return Double.POSITIVE_INFINITY;
                case "-inf":
                    return Double.NEGATIVE_INFINITY;
                default:
                    break;
            }
            if (word.isEmpty() || !word.chars().allMatch(c -> c >= '0' && c <= '9' || "+-.eE".indexOf(c) >= 0)) {
                return null;
            }
            try {
                return Double.valueOf(word);
            } catch (NumberFormatException e) {
                return null;
            }
        }

        private void skipBlanks() {
            while (at < end && isBlank(text.charAt(at))) {
                at++;
            }
        }

        private static boolean isBlank(char c) {
            return c == ' ' || c == '\t';
        }
    }
}
