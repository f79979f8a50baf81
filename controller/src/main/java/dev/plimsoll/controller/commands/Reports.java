package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.render.ChatText;
import dev.plimsoll.reports.render.TextReport;
import java.util.List;

/** Reports for the standard output. */
final class Reports {
    private Reports() {}

    /** A run that has just ended. */
    static String text(RunOutcome outcome, Console console) {
        return TextReport.render(
                outcome.info(),
                outcome.summary(),
                outcome.verdict(),
                events(outcome),
                outcome.bundle().toString(),
                console.colourOut(),
                console.width());
    }

    /**
     * A run of {@code plimsoll chat}.
     *
     * @param errors events that show errors
     * @param load what was sent
     * @param objectives what a good request met; empty without any
     */
    static String chat(RunOutcome outcome, List<RunEvent> errors, String load, String objectives, Console console) {
        return ChatText.render(
                load, objectives, outcome.info(), outcome.summary(), errors, console.colourOut(), console.width());
    }

    /** Events only give examples of errors: a file that cannot be read takes nothing else away. */
    private static List<RunEvent> events(RunOutcome outcome) {
        try {
            return RunBundle.open(outcome.bundle()).events();
        } catch (BundleException e) {
            return List.of();
        }
    }
}
