package dev.plimsoll.agent.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Looking through bytes eight at a time. A byte is found by the zero-byte test of "Bit Twiddling Hacks" (Anderson),
 * whose lowest mark is always a true one.
 */
final class Bytes {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;

    /** The most characters of an answer that a sentence quotes. */
    private static final int MAX_QUOTED = 200;

    private Bytes() {}

    /** The index of the first line feed from {@code from} to before {@code to}; −1 without one. */
    static int lineFeed(byte[] bytes, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long marks = zeros((long) LONG.get(bytes, i) ^ ('\n' * ONES));
            if (marks != 0) {
                return i + (Long.numberOfTrailingZeros(marks) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** The index of the first carriage return or line feed; −1 without one. */
    static int lineEnd(byte[] bytes, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long word = (long) LONG.get(bytes, i);
            long marks = zeros(word ^ ('\n' * ONES)) | zeros(word ^ ('\r' * ONES));
            if (marks != 0) {
                return i + (Long.numberOfTrailingZeros(marks) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                return i;
            }
        }
        return -1;
    }

    /**
     * The index of the first byte that ends or breaks the plain part of a JSON string: a quote, a backslash, a control
     * character, or one beyond ASCII; {@code to} without one.
     */
    static int endOfPlainText(byte[] bytes, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long word = (long) LONG.get(bytes, i);
            long control = (word - ' ' * ONES) & ~word;
            long marks = zeros(word ^ ('"' * ONES)) | zeros(word ^ ('\\' * ONES)) | ((control | word) & HIGH);
            if (marks != 0) {
                return i + (Long.numberOfTrailingZeros(marks) >>> 3);
            }
        }
        for (; i < to; i++) {
            byte b = bytes[i];
            if (b < ' ' || b == '"' || b == '\\') {
                return i;
            }
        }
        return to;
    }

    private static long zeros(long word) {
        return (word - ONES) & ~word & HIGH;
    }

    /** Whether that stretch is the text, ASCII letters in either case; the text is in lower case. */
    static boolean equalsIgnoringCase(byte[] bytes, int from, int to, byte[] text) {
        return to - from == text.length && startsIgnoringCase(bytes, from, to, text);
    }

    /** Whether that stretch begins with the text, ASCII letters in either case; the text is in lower case. */
    static boolean startsIgnoringCase(byte[] bytes, int from, int to, byte[] text) {
        if (to - from < text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (lower(bytes[from + i]) != text[i]) {
                return false;
            }
        }
        return true;
    }

    /** The ASCII letter in lower case; other bytes as they are. */
    static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b;
    }

    /** The text's bytes in ASCII. */
    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The stretch as it is quoted in a sentence: one line, what cannot be shown as dots, the rest cut off. */
    static String quoted(byte[] bytes, int from, int to) {
        int length = Math.min(to - from, 4 * MAX_QUOTED);
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        StringBuilder shown = new StringBuilder(Math.min(text.length(), MAX_QUOTED) + 1);
        boolean blank = false;
        for (int i = 0; i < text.length() && shown.length() < MAX_QUOTED; i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                blank = !shown.isEmpty();
                continue;
            }
            if (blank) {
                shown.append(' ');
                blank = false;
            }
            shown.append(Character.isISOControl(c) || c == '\uFFFD' ? '.' : c);
        }
        if (shown.length() >= MAX_QUOTED || length < to - from) {
            shown.append('…');
        }
        return shown.toString();
    }

    /** The array, or a longer copy when it holds less than that many bytes. */
    static byte[] grown(byte[] bytes, int atLeast) {
        return bytes.length >= atLeast ? bytes : Arrays.copyOf(bytes, Math.max(atLeast, 2 * bytes.length));
    }
}
