package dev.plimsoll.agent.engine;

import java.util.Arrays;

/**
 * The last token event of a stream that was read in full, as a pattern for the next ones. Servers send the same JSON
 * again and again, the text apart. What is equal before and after the text, and whose text is plain, has the same
 * structure, so it is a token event too, and nothing in it needs to be parsed. Allocates nothing in steady state.
 */
final class TokenPattern {
    private byte[] event = new byte[0];
    private int length;
    private int textFrom;
    private int textTo;

    /** Knows no event any more. */
    void forget() {
        length = 0;
    }

    /**
     * Takes an event as the pattern.
     *
     * @param from where the event begins
     * @param to where it ends
     * @param stringFrom where the string begins that makes it a token event, after its quote
     * @param stringTo where that string ends, before its quote
     */
    void learn(byte[] bytes, int from, int to, int stringFrom, int stringTo) {
        length = to - from;
        event = Bytes.grown(event, length);
        System.arraycopy(bytes, from, event, 0, length);
        textFrom = stringFrom - from;
        textTo = stringTo - from;
    }

    /** Whether the event is as the pattern but for its text, which is not empty and has neither escapes nor other than ASCII. */
    boolean fits(byte[] bytes, int from, int to) {
        int tail = length - textTo;
        int text = from + textFrom;
        if (length == 0 || to - text <= tail || !Arrays.equals(bytes, from, text, event, 0, textFrom)) {
            return false;
        }
        return Bytes.endOfPlainText(bytes, text, to) == to - tail
                && Arrays.equals(bytes, to - tail, to, event, textTo, length);
    }
}
