package dev.plimsoll.controller.run;

import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.render.Progress;
import dev.plimsoll.reports.render.ProgressLine;
import java.nio.file.Path;

/** Watches a run as it goes. Called on the run's own thread; must not block. */
public interface RunObserver {
    /** The bundle's directory is there. */
    void started(Path bundle);

    /** Something happened that a person wants to know; it goes to the bundle's events, too. */
    void event(RunEvent event);

    /** An interval was merged. */
    void progress(ProgressLine.Place place, Progress progress);
}
