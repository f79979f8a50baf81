package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class MaskingTest {
    @Test
    void hidesEverySecretAndTheLongestFirst() {
        Masking masking = new Masking(Set.of("key", "key-2", ""));
        assertEquals("a *** and *** b", masking.apply("a key-2 and key b"));
    }
}
