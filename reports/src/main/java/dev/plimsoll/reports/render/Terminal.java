package dev.plimsoll.reports.render;

/** Text for a terminal: colours where they are wanted, and nothing in it that could steer the terminal otherwise. */
final class Terminal {
    private static final String RESET = "\u001b[0m";

    private final boolean colour;

    Terminal(boolean colour) {
        this.colour = colour;
    }

    /** Text in the colour of a style: {@code good}, {@code bad}, {@code unsure}, {@code soft} or {@code strong}. */
    String paint(String style, String text) {
        if (!colour) {
            return text;
        }
        String code = switch (style) {
            case "good" -> "32";
            case "bad" -> "31";
            case "unsure" -> "33";
            case "soft" -> "2";
            default -> "1";
        };
        return "\u001b[" + code + "m" + text + RESET;
    }

    /** Text from elsewhere on one line, without control characters. */
    static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || c == '\r' || c == '\t') {
                clean.append(' ');
            } else if (Markup.allowed(c)) {
                clean.appendCodePoint(c);
            } else {
                clean.append('\uFFFD');
            }
        });
        return clean.toString();
    }

    /** Text from elsewhere, in lines that wide at most, broken between words; every line but the first is indented. */
    static String wrap(String text, int width, int indent) {
        StringBuilder wrapped = new StringBuilder();
        int at = 0;
        for (String word : clean(text).strip().split(" +")) {
            if (at > 0 && at + 1 + word.length() > width) {
                wrapped.append('\n').append(" ".repeat(indent));
                at = indent;
            } else if (at > 0) {
                wrapped.append(' ');
                at++;
            }
            wrapped.append(word);
            at += word.length();
        }
        return wrapped.toString();
    }
}
