package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.YamlNode.Scalar;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces {@code ${env:NAME}} and {@code ${env:NAME:-default}} in values, and finds out what is secret. */
final class Variables {
    private static final String OPENING = "${env:";
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

    private final Map<String, String> environment;
    private final Secrets secrets;
    private final Problems problems;

    Variables(Map<String, String> environment, Secrets secrets, Problems problems) {
        this.environment = environment;
        this.secrets = secrets;
        this.problems = problems;
    }

    /** Replaces the variables of every value in a tree; keys stay as they are. */
    void replaceIn(YamlNode root) {
        YamlNode.scalars(root, "", this::replace);
    }

    private void replace(String path, Scalar scalar) {
        String text = scalar.text();
        if (!text.contains(OPENING)) {
            return;
        }
        Matcher matcher = VARIABLE.matcher(text);
        StringBuilder resolved = new StringBuilder();
        StringBuilder shown = new StringBuilder();
        int end = 0;
        while (matcher.find()) {
            String between = text.substring(end, matcher.start());
            checkNoOpening(path, scalar, between, end);
            resolved.append(between);
            shown.append(between);
            String value = value(path, scalar, matcher);
            boolean given = isGiven(matcher);
            resolved.append(value);
            shown.append(given && secrets.isSecretPlace(path, shown.toString()) ? secrets.mask(path, value) : value);
            end = matcher.end();
        }
        String rest = text.substring(end);
        checkNoOpening(path, scalar, rest, end);
        scalar.replaceVariables(resolved + rest, shown + rest);
    }

    /** Whether the environment gives the value, rather than the file's default. */
    private boolean isGiven(Matcher matcher) {
        String value = environment.get(matcher.group(1));
        return value != null && !(value.isEmpty() && matcher.group(2) != null);
    }

    private String value(String path, Scalar scalar, Matcher matcher) {
        if (isGiven(matcher)) {
            return environment.getOrDefault(matcher.group(1), "");
        }
        String fallback = matcher.group(2);
        if (fallback == null) {
            String name = matcher.group(1);
            problems.add(
                    scalar.placeOf(matcher.start()),
                    path,
                    "the environment has no variable " + name + "; set it, or give a default: ${env:" + name
                            + ":-value}");
            scalar.markBroken();
            return "";
        }
        return fallback;
    }

    private void checkNoOpening(String path, Scalar scalar, String text, int offset) {
        int opening = text.indexOf(OPENING);
        if (opening >= 0) {
            scalar.markBroken();
            problems.add(
                    scalar.placeOf(offset + opening),
                    path,
                    "a variable is ${env:NAME} or ${env:NAME:-default}, with a name of letters, digits and underscores");
        }
    }
}
