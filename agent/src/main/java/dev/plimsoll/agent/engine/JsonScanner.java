package dev.plimsoll.agent.engine;

import static dev.plimsoll.agent.engine.AnswerException.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads one JSON text (RFC 8259) from bytes, by pull: the caller walks objects and arrays and skips what it does not
 * want. Everything passed over is checked, strings for valid UTF-8 too. Allocates nothing but the texts asked for.
 *
 * <p>Reused by {@link #reset}; confined to one thread. Numbers too long for a {@code long} and numbers with a fraction
 * are valid but read as −1: what is counted here is whole.
 */
final class JsonScanner {
    /** The deepest nesting accepted. */
    static final int MAX_DEPTH = 256;

    private static final byte[] TRUE = Bytes.ascii("true");
    private static final byte[] FALSE = Bytes.ascii("false");
    private static final byte[] NULL = Bytes.ascii("null");
    private static final int MAX_LONG_DIGITS = 18;

    private byte[] bytes = new byte[0];
    private int start;
    private int position;
    private int end;
    private int depth;
    private boolean first;
    private int textFrom;
    private int textTo;
    private boolean escaped;

    /** Begins a new text. The bytes are read in place. */
    void reset(byte[] source, int from, int to) {
        bytes = source;
        start = from;
        position = from;
        end = to;
        depth = 0;
        first = false;
    }

    /** The first byte of the next value, after blanks. Moves to it. */
    byte peek() throws AnswerException {
        for (; position < end; position++) {
            byte b = bytes[position];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b;
            }
        }
        throw protocol("not JSON: it ends after " + (end - start) + " bytes, within a value");
    }

    /** Enters the object that is next. */
    void enterObject() throws AnswerException {
        enter('{');
    }

    /** Enters the array that is next. */
    void enterArray() throws AnswerException {
        enter('[');
    }

    private void enter(char opening) throws AnswerException {
        expect(opening);
        if (++depth > MAX_DEPTH) {
            throw protocol("JSON nested deeper than " + MAX_DEPTH + " levels");
        }
        first = true;
    }

    /** Moves to the value of the object's next member, whose name {@link #nameIs} tells; false at the object's end. */
    boolean nextMember() throws AnswerException {
        if (closes('}')) {
            return false;
        }
        if (peek() != '"') {
            throw unexpected("a member's name");
        }
        string();
        expect(':');
        return true;
    }

    /** Moves to the array's next element; false at the array's end. */
    boolean nextElement() throws AnswerException {
        return !closes(']');
    }

    private boolean closes(char closing) throws AnswerException {
        byte b = peek();
        if (b == closing) {
            position++;
            depth--;
            first = false;
            return true;
        }
        if (first) {
            first = false;
        } else if (b == ',') {
            position++;
            peek();
        } else {
            throw unexpected("a comma or " + closing);
        }
        return false;
    }

    /** Whether the name or string read last is this ASCII text. */
    boolean nameIs(byte[] text) {
        if (escaped) {
            return Arrays.equals(text().getBytes(StandardCharsets.UTF_8), text);
        }
        return textTo - textFrom == text.length && Arrays.equals(bytes, textFrom, textTo, text, 0, text.length);
    }

    /** Whether the name or string read last begins with this ASCII text; escapes are not resolved. */
    boolean nameStarts(byte[] text) {
        return textTo - textFrom >= text.length
                && Arrays.equals(bytes, textFrom, textFrom + text.length, text, 0, text.length);
    }

    /**
     * Passes the next value.
     *
     * @return whether it was a string
     */
    boolean readString() throws AnswerException {
        if (peek() != '"') {
            skip();
            return false;
        }
        string();
        return true;
    }

    /** Passes the next value and says whether it was a string with at least one character. */
    boolean readNonEmptyString() throws AnswerException {
        return readString() && textTo > textFrom;
    }

    /** How many bytes the string read last has, escapes as they are. */
    int textLength() {
        return textTo - textFrom;
    }

    /** Where the string read last begins, after its quote. */
    int textFrom() {
        return textFrom;
    }

    /** Where the string read last ends, before its quote. */
    int textTo() {
        return textTo;
    }

    /** Passes the next value: a whole number not below zero, or −1 for anything else. */
    long readCount() throws AnswerException {
        byte b = peek();
        if (b < '0' || b > '9') {
            skip();
            return -1;
        }
        int from = position;
        number();
        if (position - from > MAX_LONG_DIGITS) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < position; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value;
    }

    /** Passes the next value and says whether it was {@code null}. */
    boolean readNull() throws AnswerException {
        boolean isNull = peek() == 'n';
        skip();
        return isNull;
    }

    /** Passes the next value, whatever it is. */
    void skip() throws AnswerException {
        switch (peek()) {
            case '{' -> {
                enterObject();
                while (nextMember()) {
                    skip();
                }
            }
            case '[' -> {
                enterArray();
                while (nextElement()) {
                    skip();
                }
            }
            case '"' -> string();
            case 't' -> literal(TRUE);
            case 'f' -> literal(FALSE);
            case 'n' -> literal(NULL);
            default -> number();
        }
    }

    /** Checks that nothing but blanks follows the value read. */
    void finish() throws AnswerException {
        for (; position < end; position++) {
            byte b = bytes[position];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                throw unexpected("its end");
            }
        }
    }

    /** The name or string read last, escapes resolved. */
    String text() {
        String raw = new String(bytes, textFrom, textTo - textFrom, StandardCharsets.UTF_8);
        return escaped ? unescaped(raw) : raw;
    }

    private static String unescaped(String raw) {
        StringBuilder text = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char kind = raw.charAt(++i);
            switch (kind) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append((char) Integer.parseInt(raw, i + 1, i + 5, 16));
                    i += 4;
                }
                default -> text.append(kind);
            }
        }
        return text.toString();
    }

    private void expect(char wanted) throws AnswerException {
        if (peek() != wanted) {
            throw unexpected("\"" + wanted + "\"");
        }
        position++;
    }

    private void literal(byte[] text) throws AnswerException {
        if (end - position < text.length
                || !Arrays.equals(bytes, position, position + text.length, text, 0, text.length)) {
            throw unexpected("a value");
        }
        position += text.length;
    }

    private void number() throws AnswerException {
        int i = position;
        if (i < end && bytes[i] == '-') {
            i++;
        }
        int digits = i;
        i = digits(i);
        if (i == digits || (bytes[digits] == '0' && i > digits + 1)) {
            throw unexpected("a value");
        }
        if (i < end && bytes[i] == '.') {
            int fraction = i + 1;
            i = digits(fraction);
            if (i == fraction) {
                throw unexpected("a number");
            }
        }
        if (i < end && (bytes[i] | 0x20) == 'e') {
            int exponent = i + 1;
            if (exponent < end && (bytes[exponent] == '+' || bytes[exponent] == '-')) {
                exponent++;
            }
            i = digits(exponent);
            if (i == exponent) {
                throw unexpected("a number");
            }
        }
        position = i;
    }

    private int digits(int from) {
        int i = from;
        while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
            i++;
        }
        return i;
    }

    private void string() throws AnswerException {
        int i = position + 1;
        textFrom = i;
        escaped = false;
        while (true) {
            i = Bytes.endOfPlainText(bytes, i, end);
            if (i >= end) {
                throw protocol("not JSON: it ends after " + (end - start) + " bytes, within a string");
            }
            byte b = bytes[i];
            if (b == '"') {
                textTo = i;
                position = i + 1;
                return;
            }
            if (b == '\\') {
                escaped = true;
                i = escape(i);
            } else if (b >= 0) {
                position = i;
                throw unexpected("no control character within a string");
            } else {
                i = beyondAscii(i);
            }
        }
    }

    /** The index after the escape that begins at {@code i}. */
    private int escape(int i) throws AnswerException {
        int kind = i + 1 < end ? bytes[i + 1] : -1;
        switch (kind) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return i + 2;
            }
            case 'u' -> {
                for (int k = i + 2; k < i + 6; k++) {
                    if (k >= end || Character.digit(bytes[k], 16) < 0) {
                        position = i;
                        throw unexpected("four hexadecimal digits after \\u");
                    }
                }
                return i + 6;
            }
            default -> {
                position = i;
                throw unexpected("a valid escape");
            }
        }
    }

    /** The index after the UTF-8 sequence (RFC 3629) that begins at {@code i}. */
    private int beyondAscii(int i) throws AnswerException {
        int lead = bytes[i] & 0xFF;
        int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        boolean valid = lead >= 0xC2 && lead <= 0xF4 && i + length <= end;
        if (valid) {
            int second = bytes[i + 1] & 0xFF;
            int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
            int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
            valid = second >= low && second <= high;
            for (int k = 2; valid && k < length; k++) {
                valid = (bytes[i + k] & 0xC0) == 0x80;
            }
        }
        if (!valid) {
            throw protocol("not JSON: invalid UTF-8 at byte " + (i - start));
        }
        return i + length;
    }

    private AnswerException unexpected(String wanted) {
        return protocol("not JSON: at byte " + (position - start) + " stands \""
                + Bytes.quoted(bytes, position, Math.min(end, position + 12)) + "\" where " + wanted + " should be");
    }
}
