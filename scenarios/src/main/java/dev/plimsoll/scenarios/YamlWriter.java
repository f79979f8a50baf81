package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.YamlNode.Mapping;
import dev.plimsoll.scenarios.YamlNode.Scalar;
import dev.plimsoll.scenarios.YamlNode.Sequence;
import dev.plimsoll.scenarios.YamlNode.Type;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/** Writes a tree as YAML that reads as the same tree. */
final class YamlWriter {
    /** Maps and lists of scalars up to so many characters stand in one line. */
    private static final int ONE_LINE = 100;

    private final Resolver resolver = new Resolver();
    private final Function<Scalar, String> texts;

    private YamlWriter(Function<Scalar, String> texts) {
        this.texts = texts;
    }

    /** Writes a tree, with those texts for its scalars. */
    static String write(YamlNode root, Function<Scalar, String> texts) {
        DumperOptions options = new DumperOptions();
        options.setWidth(4096);
        options.setSplitLines(false);
        options.setIndicatorIndent(2);
        options.setIndent(2);
        options.setIndentWithIndicator(true);
        options.setMaxSimpleKeyLength(1024);
        StringWriter out = new StringWriter();
        new Yaml(options).serialize(new YamlWriter(texts).node(root, true), out);
        return out.toString();
    }

    private Node node(YamlNode node, boolean top) {
        return switch (node) {
            case Scalar scalar -> scalar(texts.apply(scalar), scalar.type());
            case Sequence sequence -> {
                List<Node> items = new ArrayList<>();
                sequence.items().forEach(item -> items.add(node(item, false)));
                yield new SequenceNode(Tag.SEQ, items, style(items));
            }
            case Mapping mapping -> {
                List<NodeTuple> tuples = new ArrayList<>();
                List<Node> all = new ArrayList<>();
                mapping.entries().forEach((key, entry) -> {
                    NodeTuple tuple = new NodeTuple(scalar(key, Type.TEXT), node(entry.value(), false));
                    tuples.add(tuple);
                    all.add(tuple.getKeyNode());
                    all.add(tuple.getValueNode());
                });
                yield new MappingNode(Tag.MAP, tuples, top ? FlowStyle.BLOCK : style(all));
            }
        };
    }

    private static FlowStyle style(List<Node> nodes) {
        int length = 0;
        for (Node node : nodes) {
            if (!(node instanceof ScalarNode scalar)) {
                return FlowStyle.BLOCK;
            }
            length += scalar.getValue().length() + 2;
        }
        return length <= ONE_LINE ? FlowStyle.FLOW : FlowStyle.BLOCK;
    }

    private ScalarNode scalar(String text, Type type) {
        boolean plain = type != Type.TEXT && Scalar.typeOfPlain(text) == type;
        boolean ambiguous = !plain && Scalar.typeOfPlain(text) != Type.TEXT;
        Tag tag = plain ? resolver.resolve(NodeId.scalar, text, true) : Tag.STR;
        ScalarStyle style = ambiguous ? ScalarStyle.DOUBLE_QUOTED : ScalarStyle.PLAIN;
        return new ScalarNode(tag, text, null, null, style);
    }
}
