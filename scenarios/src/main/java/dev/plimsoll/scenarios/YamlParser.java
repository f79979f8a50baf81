package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.YamlNode.Mapping;
import dev.plimsoll.scenarios.YamlNode.Scalar;
import dev.plimsoll.scenarios.YamlNode.Sequence;
import java.io.StringReader;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.representer.Representer;

/**
 * Makes a tree of one YAML document from a parser's events. Anchors, aliases, merge keys and tags are refused: a
 * scenario is read by people, and small texts must not become large trees.
 */
final class YamlParser {
    /** The most characters of a scenario. */
    static final int MAX_CHARACTERS = 1 << 20;
    /** The deepest nesting; scenarios need 8. */
    static final int MAX_DEPTH = 32;

    private final String source;
    private final Problems problems;
    private final boolean places;
    private final Iterator<Event> events;

    private YamlParser(String source, String text, Problems problems, boolean places) {
        this.source = source;
        this.problems = problems;
        this.places = places;
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        options.setNestingDepthLimit(MAX_DEPTH * 4);
        this.events = new Yaml(new SafeConstructor(options), new Representer(new DumperOptions()))
                .parse(new StringReader(text))
                .iterator();
    }

    /**
     * The document's root; absent after a problem that ends the reading.
     *
     * @param places whether lines and columns mean something to the reader of a problem
     */
    static Optional<YamlNode> parse(String source, String text, Problems problems, boolean places) {
        if (text.length() > MAX_CHARACTERS) {
            problems.add(
                    Place.of(source), "", "a scenario is at most 1 MiB of text, not " + text.length() + " characters");
            return Optional.empty();
        }
        int before = problems.count();
        try {
            Optional<YamlNode> root = new YamlParser(source, text, problems, places).document();
            if (root.isEmpty() && problems.count() == before) {
                problems.add(Place.of(source), "", "the file is empty; `plimsoll init` writes a first scenario");
            }
            return root;
        } catch (MarkedYAMLException e) {
            problems.add(placeOf(source, e.getProblemMark(), places), "", sentence(e));
        } catch (ReaderException e) {
            problems.add(
                    charPlace(source, text, e.getPosition(), places),
                    "",
                    String.format(
                            Locale.ROOT, "the character U+%04X cannot stand in YAML; remove it", e.getCodePoint()));
        } catch (TooDeepException e) {
            problems.add(e.place, "", "lists and maps are nested at most " + MAX_DEPTH + " deep");
        } catch (YAMLException e) {
            problems.add(Place.of(source), "", "not YAML: " + e.getMessage());
        }
        return Optional.empty();
    }

    private Optional<YamlNode> document() {
        Optional<YamlNode> root = Optional.empty();
        int documents = 0;
        while (events.hasNext()) {
            Event event = events.next();
            if (event.is(Event.ID.DocumentStart)) {
                documents++;
                if (documents > 1) {
                    problems.add(
                            place(event.getStartMark()),
                            "",
                            "a file holds one scenario; a second document starts here");
                    return Optional.empty();
                }
            } else if (event instanceof NodeEvent node) {
                root = Optional.of(node(node, "", 0));
            }
        }
        return root.filter(node -> !(node instanceof Scalar scalar && scalar.type() == YamlNode.Type.NULL));
    }

    private YamlNode node(NodeEvent event, String path, int depth) {
        Place place = place(event.getStartMark());
        if (depth > MAX_DEPTH) {
            throw new TooDeepException(place);
        }
        if (event.getAnchor() != null) {
            problems.add(
                    place,
                    path,
                    (event instanceof AliasEvent ? "aliases (*" : "anchors (&")
                            + event.getAnchor()
                            + ") are not part of the language; write the value out");
        }
        return switch (event) {
            case ScalarEvent scalar -> scalar(scalar, place, path);
            case CollectionStartEvent start -> {
                checkTag(start.getTag(), place, path);
                yield start.is(Event.ID.SequenceStart)
                        ? sequence(new Sequence(place), path, depth)
                        : mapping(new Mapping(place), path, depth);
            }
            default -> {
                Scalar alias = Scalar.implied("", place);
                alias.markBroken();
                yield alias;
            }
        };
    }

    private Scalar scalar(ScalarEvent event, Place place, String path) {
        boolean quoted = event.getScalarStyle() != ScalarStyle.PLAIN;
        boolean nonSpecific = "!".equals(event.getTag());
        if (!nonSpecific) {
            checkTag(event.getTag(), place, path);
        }
        Mark start = event.getStartMark();
        Mark end = event.getEndMark();
        int marks = quoted ? 2 : 0;
        int length = event.getValue().codePointCount(0, event.getValue().length());
        boolean onePiece = start.getLine() == end.getLine() && end.getColumn() - start.getColumn() == length + marks;
        return new Scalar(event.getValue(), quoted || nonSpecific, place, onePiece ? marks / 2 : -1);
    }

    private void checkTag(@Nullable String tag, Place place, String path) {
        if (tag != null) {
            problems.add(place, path, "tags (" + tag + ") are not part of the language; remove it");
        }
    }

    private Sequence sequence(Sequence sequence, String path, int depth) {
        while (true) {
            Event event = events.next();
            if (!(event instanceof NodeEvent node)) {
                return sequence;
            }
            sequence.items().add(node(node, path + "[" + sequence.items().size() + "]", depth + 1));
        }
    }

    private Mapping mapping(Mapping mapping, String path, int depth) {
        while (true) {
            Event event = events.next();
            if (!(event instanceof NodeEvent keyEvent)) {
                return mapping;
            }
            YamlNode key = node(keyEvent, path, depth + 1);
            String name = key instanceof Scalar scalar ? scalar.text() : "";
            String valuePath = YamlNode.join(path, name);
            YamlNode value = node((NodeEvent) events.next(), valuePath, depth + 1);
            if (!(key instanceof Scalar)) {
                problems.add(key.place(), path, "a key is a word, not " + key.noun());
            } else if (name.equals("<<")) {
                problems.add(key.place(), path, "merge keys (<<) are not part of the language; write the keys out");
            } else if (mapping.entries().containsKey(name)) {
                int line = mapping.entries().get(name).keyPlace().line();
                problems.add(
                        key.place(),
                        valuePath,
                        "this key stands here a second time" + (line > 0 ? "; the first is in line " + line : ""));
            } else {
                mapping.entries().put(name, new YamlNode.Entry(key.place(), value));
            }
        }
    }

    private Place place(Mark mark) {
        return placeOf(source, mark, places);
    }

    private static Place placeOf(String source, @Nullable Mark mark, boolean places) {
        return places && mark != null ? Place.of(source, mark) : Place.of(source);
    }

    private static Place charPlace(String source, String text, int codePoints, boolean places) {
        if (!places) {
            return Place.of(source);
        }
        int end = text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
        int lineStart = text.lastIndexOf('\n', end - 1) + 1;
        int line = (int) text.substring(0, lineStart)
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
        return new Place(source, line, text.codePointCount(lineStart, end) + 1);
    }

    private static String sentence(MarkedYAMLException e) {
        String problem = String.valueOf(e.getProblem());
        if (problem.contains("TAB") || problem.contains("'\\t'")) {
            return "a tab cannot indent YAML; use spaces";
        }
        String context = e.getContext();
        String where = context != null && e.getContextMark() != null
                ? " (" + context + " from line " + (e.getContextMark().getLine() + 1) + ")"
                : "";
        return "not YAML: " + problem + where;
    }

    /** The nesting limit was passed. */
    private static final class TooDeepException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Place place;

        private TooDeepException(Place place) {
            super("too deep", null, false, false);
            this.place = place;
        }
    }
}
