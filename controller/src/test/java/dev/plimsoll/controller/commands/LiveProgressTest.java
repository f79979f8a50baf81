package dev.plimsoll.controller.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.render.Progress;
import dev.plimsoll.reports.render.ProgressLine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class LiveProgressTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private LiveProgress progress(String known, boolean quiet, UnaryOperator<String> mask) {
        PrintStream err = new PrintStream(written, true, UTF_8);
        PrintStream out = new PrintStream(new ByteArrayOutputStream());
        return new LiveProgress(Console.of(out, err, known, Map.of()), quiet, mask);
    }

    private static void seconds(LiveProgress progress, int from, int to) {
        for (int t = from; t <= to; t++) {
            progress.progress(new ProgressLine.Place(t, 60, "steady", List.of()), Progress.NONE);
        }
    }

    @Test
    void aLogGetsALineEveryTenSeconds() {
        seconds(progress("", false, UnaryOperator.identity()), 1, 35);
        // At 10, 20 and 30 s.
        assertEquals(3, written.toString(UTF_8).lines().count());
        assertFalse(written.toString(UTF_8).contains("\u001b"));
    }

    @Test
    void aTerminalGetsOneLineThatIsOverwrittenAndTakenAway() {
        LiveProgress progress = progress("err=1", false, UnaryOperator.identity());
        seconds(progress, 1, 3);
        progress.clear();
        assertFalse(written.toString(UTF_8).contains("\n"));
        assertTrue(written.toString(UTF_8).endsWith("\r\u001b[K"));
    }

    @Test
    void quietShowsNothingAndStillKnowsTheBundle() {
        LiveProgress progress = progress("err=1", true, UnaryOperator.identity());
        progress.started(Path.of("runs/1"));
        seconds(progress, 1, 20);
        progress.event(new RunEvent(1, "error", "an error", Map.of()));
        assertEquals("", written.toString(UTF_8));
        assertEquals(Path.of("runs/1"), progress.bundle().orElseThrow());
    }

    @Test
    void eventsAreMaskedAndCannotSteerTheTerminal() {
        LiveProgress progress = progress("", false, new Masking(Set.of("s3cret")));
        progress.event(new RunEvent(1, "error", "got s3cret\u001b[2J", Map.of()));
        assertEquals("got *** [2J", written.toString(UTF_8).strip());
    }
}
