package dev.plimsoll.controller.commands;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Hides secrets in text. */
final class Masking implements UnaryOperator<String> {
    private static final String MASK = "***";

    private final List<String> secrets;

    /** Of these values; the longest goes first, lest a part of it be left. */
    Masking(Set<String> secrets) {
        this.secrets = secrets.stream()
                .filter(secret -> !secret.isBlank())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    @Override
    public String apply(String text) {
        String masked = text;
        for (String secret : secrets) {
            masked = masked.replace(secret, MASK);
        }
        return masked;
    }
}
