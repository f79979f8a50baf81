package dev.plimsoll.simulator.serving;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A deterministic stand-in for a BPE tokenizer.
 *
 * <p>Rules: a word with the one space before it is one token if it has at most {@value #LONGEST_WORD} letters; a longer
 * word is cut into pieces of {@value #PIECE} letters. Up to three digits are one token, every other visible character
 * is one, and so is a run of white space that no word takes with it. No tokens are added to a text. A chat prompt has
 * {@value #TOKENS_PER_MESSAGE} more per message and {@value #GENERATION_PROMPT} that ask for the answer, as Llama's
 * template.
 *
 * <p>Generated words are always one token each, so an answer sent back as part of a prompt counts as many tokens as it
 * had. Ids are hashes into a vocabulary of Llama's size. Thread-safe.
 */
public final class Tokenizer {
    /** Letters of the longest word that is one token. */
    public static final int LONGEST_WORD = 12;
    /** Letters of a piece of a longer word. */
    public static final int PIECE = 4;
    /** Tokens that the chat template adds to each message. */
    public static final int TOKENS_PER_MESSAGE = 5;
    /** Tokens that the chat template adds at the end. */
    public static final int GENERATION_PROMPT = 4;

    /** Ids in the vocabulary. */
    static final int VOCABULARY = 128_256;

    private static final int FIRST_WORD = 256;
    private static final int FIRST_HASHED = 1024;
    private static final String WORDS =
            "the of and to in is that for it as was with be by on not he his but at are this"
                    + " have from or had an they which one you were all her she there would their we him been has when who will"
                    + " no more if out so up said what its about than into them can only other time new some could these two"
                    + " may first then do any like my now over such our man me even most made after also did many off before"
                    + " must well back through years much where your way down should because long each just state people those"
                    + " too mr how little good world make very year still see own work men day get here between both life being"
                    + " under three never know same last another while us might great old come since against go came right used"
                    + " take water light river stone green quiet number letter answer reason simple system memory change result"
                    + " model server token stream window bridge garden winter summer morning evening picture paper music voice";

    private final String[] words;
    private final byte[][] wordBytes;
    private final Map<String, Integer> wordIds = new HashMap<>();
    private final AtomicReferenceArray<@Nullable String> seen = new AtomicReferenceArray<>(VOCABULARY);

    /** A tokenizer that has seen no text yet. */
    public Tokenizer() {
        words = WORDS.split(" ");
        wordBytes = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            words[i] = " " + words[i];
            wordBytes[i] = words[i].getBytes(StandardCharsets.UTF_8);
            wordIds.put(words[i], FIRST_WORD + i);
        }
    }

    /** Number of different words that can be generated. */
    int generatedWords() {
        return words.length;
    }

    /** Token id of generated word {@code index}. */
    int generatedId(int index) {
        return FIRST_WORD + index;
    }

    /** UTF-8 of a generated token; it needs no escape in JSON. */
    byte[] generatedBytes(int tokenId) {
        return wordBytes[tokenId - FIRST_WORD];
    }

    /** Token ids of a text. */
    public int[] encode(String text) {
        Ids ids = new Ids(text.length() / 4 + 4);
        encode(text, ids);
        return ids.toArray();
    }

    /** Adds the ids of a text to those of a longer prompt. */
    void encode(String text, Ids ids) {
        int i = 0;
        int n = text.length();
        while (i < n) {
            int end = pieceEnd(text, i);
            ids.add(id(text.substring(i, end)));
            i = end;
        }
    }

    /** End of the token that starts at {@code i}. */
    private static int pieceEnd(String text, int i) {
        int n = text.length();
        int start = i;
        char c = text.charAt(i);
        if (c == ' ' && i + 1 < n && Character.isLetter(text.charAt(i + 1))) {
            c = text.charAt(++i);
        }
        if (Character.isLetter(c)) {
            int end = i;
            while (end < n && end - i <= LONGEST_WORD && Character.isLetter(text.charAt(end))) {
                end++;
            }
            boolean insideWord = start == i && start > 0 && Character.isLetter(text.charAt(start - 1));
            return end - i <= LONGEST_WORD && !insideWord ? end : Math.min(i + PIECE, end);
        }
        int end = i + 1;
        if (Character.isDigit(c)) {
            while (end < n && end - i < 3 && Character.isDigit(text.charAt(end))) {
                end++;
            }
        } else if (Character.isWhitespace(c)) {
            while (end < n && Character.isWhitespace(text.charAt(end)) && !spaceBeforeWord(text, end)) {
                end++;
            }
        } else if (Character.isHighSurrogate(c) && end < n) {
            end++;
        }
        return end;
    }

    private static boolean spaceBeforeWord(String text, int i) {
        return text.charAt(i) == ' ' && i + 1 < text.length() && Character.isLetter(text.charAt(i + 1));
    }

    private int id(String piece) {
        Integer word = wordIds.get(piece);
        if (word != null) {
            return word;
        }
        int id = FIRST_HASHED + Math.floorMod(piece.hashCode() * 0x9E3779B1, VOCABULARY - FIRST_HASHED);
        if (!piece.equals(seen.get(id))) {
            seen.set(id, piece);
        }
        return id;
    }

    /** The text of a token: a word or a piece seen before, or the id in angle brackets. */
    public String decode(int id) {
        if (id >= FIRST_WORD && id < FIRST_WORD + words.length) {
            return words[id - FIRST_WORD];
        }
        String piece = id >= 0 && id < VOCABULARY ? seen.get(id) : null;
        return piece == null ? "<|" + id + "|>" : piece;
    }

    /** A growing list of ids. Not thread-safe. */
    static final class Ids {
        private int[] ids;
        private int count;

        Ids(int capacity) {
            ids = new int[capacity];
        }

        void add(int id) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, count * 2 + 4);
            }
            ids[count++] = id;
        }

        int size() {
            return count;
        }

        int[] toArray() {
            return Arrays.copyOf(ids, count);
        }
    }
}
