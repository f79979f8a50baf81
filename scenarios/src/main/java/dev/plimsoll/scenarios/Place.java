package dev.plimsoll.scenarios;

import org.yaml.snakeyaml.error.Mark;

/**
 * A position in a text.
 *
 * @param source names the text: a file, or {@code --set path=value}
 * @param line from 1; 0 where there is none
 * @param column from 1; 0 where there is none
 */
record Place(String source, int line, int column) {

    /** A source as a whole. */
    static Place of(String source) {
        return new Place(source, 0, 0);
    }

    /** The position of a parser's mark. */
    static Place of(String source, Mark mark) {
        return new Place(source, mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** Further right in the same line; the same place where there are no columns. */
    Place right(int characters) {
        return line == 0 ? this : new Place(source, line, column + characters);
    }
}
