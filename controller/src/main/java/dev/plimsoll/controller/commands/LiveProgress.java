package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.RunObserver;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.render.Progress;
import dev.plimsoll.reports.render.ProgressLine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Shows a run to a person: one line that is overwritten on a terminal, a line every 10 s in a log. Safe for use by
 * several threads.
 */
final class LiveProgress implements RunObserver {
    private static final double LOG_EVERY_SECONDS = 10;
    private static final int MOST_ERRORS = 200;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final Console console;
    private final boolean quiet;
    private final UnaryOperator<String> mask;
    private final List<RunEvent> errors = new ArrayList<>();
    private double nextLogSeconds = LOG_EVERY_SECONDS;
    private boolean lineShown;
    private volatile @Nullable Path bundle;

    /**
     * Shows on the error stream.
     *
     * @param quiet shows nothing, and only remembers the bundle
     * @param mask hides secrets
     */
    LiveProgress(Console console, boolean quiet, UnaryOperator<String> mask) {
        this.console = console;
        this.quiet = quiet;
        this.mask = mask;
    }

    /** The bundle's directory, once there is one. */
    Optional<Path> bundle() {
        return Optional.ofNullable(bundle);
    }

    @Override
    public void started(Path directory) {
        bundle = directory;
        say("bundle " + directory);
    }

    /** The first events that show errors, {@value #MOST_ERRORS} at most. */
    synchronized List<RunEvent> errors() {
        return List.copyOf(errors);
    }

    @Override
    public synchronized void event(RunEvent event) {
        if (event.type().equals("error") && errors.size() < MOST_ERRORS) {
            errors.add(event);
        }
        say(event.sentence().isEmpty() ? event.type() : event.sentence());
    }

    @Override
    public synchronized void progress(ProgressLine.Place place, Progress progress) {
        if (quiet) {
            return;
        }
        if (console.errTerminal()) {
            console.err()
                    .print(ERASE_LINE
                            + mask.apply(ProgressLine.live(place, progress, console.width(), console.colourErr())));
            console.err().flush();
            lineShown = true;
        } else if (place.elapsedSeconds() >= nextLogSeconds) {
            console.say(mask.apply(ProgressLine.plain(place, progress)));
            nextLogSeconds = (Math.floor(place.elapsedSeconds() / LOG_EVERY_SECONDS) + 1) * LOG_EVERY_SECONDS;
        }
    }

    /** A line for a person, above the live one. */
    synchronized void say(String sentence) {
        if (!quiet) {
            clear();
            console.say(mask.apply(sentence.replaceAll("[\\p{Cntrl}&&[^\n]]", " ")));
        }
    }

    /** Takes the live line away. */
    synchronized void clear() {
        if (lineShown) {
            console.err().print(ERASE_LINE);
            console.err().flush();
            lineShown = false;
        }
    }
}
