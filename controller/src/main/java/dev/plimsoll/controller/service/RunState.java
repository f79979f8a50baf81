package dev.plimsoll.controller.service;

import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How far a run is, as its bundle tells. */
enum RunState {
    /** Its verdict is there. */
    JUDGED,
    /** It goes on. */
    RUNNING,
    /** It says that it goes on, and has written nothing for too long. */
    KILLED,
    /** It ended, and there is no verdict: it was not judged. */
    UNJUDGED;

    /* The verdict is the last file of a run that has ended. A run that has just ended may still be writing it. */
    private static final Duration CONCLUDING = Duration.ofSeconds(30);

    /** The name in answers. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Of that bundle, now.
     *
     * @param silence after which a run counts as killed
     */
    static RunState of(RunBundle bundle, Instant now, Duration silence) {
        if (Files.isRegularFile(bundle.directory().resolve("verdict.json"))) {
            return JUDGED;
        }
        Duration quiet = Duration.between(lastWritten(bundle.directory()), now);
        if (bundle.isComplete()) {
            return quiet.compareTo(CONCLUDING) < 0 ? RUNNING : UNJUDGED;
        }
        return quiet.compareTo(silence) < 0 ? RUNNING : KILLED;
    }

    /** When a file of the bundle was last written. */
    static Instant lastWritten(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            Instant last = Instant.EPOCH;
            for (Path file : all) {
                Instant written = Files.getLastModifiedTime(file).toInstant();
                last = written.isAfter(last) ? written : last;
            }
            return last;
        } catch (IOException e) {
            throw new BundleException("cannot read " + directory + ": " + e.getMessage(), e);
        }
    }
}
