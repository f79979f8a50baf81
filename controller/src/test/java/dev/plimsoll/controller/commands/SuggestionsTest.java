package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuggestionsTest {
    private static final List<String> WORDS = List.of("gate", "run", "validate", "report");

    @Test
    void findsWordsWithFewLettersWrong() {
        assertEquals(Optional.of("gate"), Suggestions.nearest("gat", WORDS));
        assertEquals(Optional.of("report"), Suggestions.nearest("repotr", WORDS));
        assertEquals(Optional.of("validate"), Suggestions.nearest("VALID", WORDS));
    }

    @Test
    void suggestsNothingFarAway() {
        assertEquals(Optional.empty(), Suggestions.nearest("kubernetes", WORDS));
    }
}
