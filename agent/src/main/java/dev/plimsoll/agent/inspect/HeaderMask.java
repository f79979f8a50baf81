package dev.plimsoll.agent.inspect;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Hides the values of request headers, which a server may tell back, in texts that are kept. */
final class HeaderMask {
    /** What stands in place of a hidden value. */
    static final String MASK = "***";

    /** Shorter words are too common to be hidden. */
    private static final int LEAST_LENGTH = 6;

    /** Headers of well-known values, without which an answer could not be read. */
    private static final Set<String> OPEN = Set.of(
            "accept", "accept-charset", "accept-encoding", "accept-language", "content-type", "host", "user-agent");

    private final List<String> words;

    private HeaderMask(Collection<String> words) {
        this.words = words.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** Hides the values of these headers, and the user name and password of this URL. */
    static HeaderMask of(URI url, Map<String, String> headers) {
        Set<String> words = new LinkedHashSet<>();
        headers.forEach((name, value) -> {
            if (!OPEN.contains(name.toLowerCase(Locale.ROOT))) {
                add(words, value);
            }
        });
        if (url.getUserInfo() != null) {
            add(words, url.getUserInfo());
            add(words, url.getRawUserInfo());
        }
        return new HeaderMask(words);
    }

    private static void add(Set<String> words, String value) {
        addWord(words, value.strip());
        for (String word : value.split("[\\s,;:=\"']+")) {
            addWord(words, word);
        }
    }

    /** A word, and the ways in which JSON writes it. */
    private static void addWord(Set<String> words, String word) {
        if (word.length() >= LEAST_LENGTH) {
            words.add(word);
            String escaped = new String(JsonStringEncoder.getInstance().quoteAsString(word));
            words.add(escaped);
            words.add(escaped.replace("/", "\\/"));
        }
    }

    /** The text without these values. */
    String hide(String text) {
        String hidden = text;
        for (String word : words) {
            hidden = hidden.replace(word, MASK);
        }
        return hidden;
    }

    /** A text's beginning, hidden before it is cut, so that no part of a value is left at its end. */
    String beginning(byte[] text, int length) {
        String hidden = hide(new String(text, StandardCharsets.UTF_8));
        return hidden.length() <= length ? hidden : hidden.substring(0, length) + "…";
    }
}
