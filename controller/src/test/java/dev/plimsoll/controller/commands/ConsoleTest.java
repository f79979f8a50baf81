package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private static Console console(String known, Map<String, String> environment) {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        return Console.of(nowhere, nowhere, known, environment);
    }

    @Test
    void tellsOneStreamFromTheOther() {
        Console piped = console("out=0,err=1,columns=120", Map.of());
        assertFalse(piped.colourOut());
        assertTrue(piped.colourErr());
        assertEquals(120, piped.width());
    }

    @Test
    void nothingKnownIsNoTerminal() {
        Console none = console("", Map.of());
        assertFalse(none.outTerminal() || none.errTerminal() || none.colourOut() || none.colourErr());
        assertEquals(100, none.width());
    }

    @Test
    void noColorAndDumbTerminalsHaveNoColours() {
        assertFalse(console("out=1,err=1", Map.of("NO_COLOR", "1")).colourOut());
        assertTrue(console("out=1,err=1", Map.of("NO_COLOR", "")).colourOut());
        assertFalse(console("out=1,err=1", Map.of("TERM", "dumb")).colourErr());
        assertFalse(console("out=1,err=1", Map.of()).plain().colourOut());
    }

    @Test
    void columnsOfTheEnvironmentGoFirstAndNonsenseIsIgnored() {
        assertEquals(
                80, console("out=1,err=1,columns=120", Map.of("COLUMNS", "80")).width());
        assertEquals(100, console("out=1,err=1", Map.of("COLUMNS", "wide")).width());
        assertEquals(40, console("out=1,err=1,columns=3", Map.of()).width());
    }
}
