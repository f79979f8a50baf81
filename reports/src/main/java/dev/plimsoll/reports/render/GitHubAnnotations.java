package dev.plimsoll.reports.render;

import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * A verdict as annotations of a GitHub Actions job: workflow commands, a line each. The verdict comes first, then the
 * checks that did not pass: an error for one that failed, a warning for one that is undecided or has no data. GitHub
 * shows ten of each level for a step, so that many are given. Pure.
 */
public final class GitHubAnnotations {
    /** The most annotations of one level that GitHub shows for a step. */
    static final int MOST = 10;

    private static final int MAX_TEXT = 1000;

    private GitHubAnnotations() {}

    /** The lines: one for a run that was promoted with every check passed, more otherwise. */
    public static List<String> render(RunInfo info, Verdict verdict) {
        String scenario = info.scenario().name();
        String reasons = String.join("\n", verdict.reasons());
        String title = "Plimsoll " + verdict.verdict() + ": " + scenario;
        List<String> lines = new ArrayList<>();
        lines.add(
                switch (verdict.verdict()) {
                    case PROMOTE -> line("notice", title, reasons.isEmpty() ? "every check keeps its limit" : reasons);
                    case ROLLBACK -> line("error", title, reasons);
                    case INCONCLUSIVE -> line("warning", title, reasons);
                });
        int errors = verdict.verdict() == Verdict.Outcome.ROLLBACK ? 1 : 0;
        int warnings = verdict.verdict() == Verdict.Outcome.INCONCLUSIVE ? 1 : 0;
        for (Verdict.Check check : verdict.checks()) {
            boolean failed = check.outcome() == Verdict.CheckOutcome.FAIL;
            if (failed && errors < MOST) {
                errors++;
                lines.add(line("error", "fail: " + check.expression(), words(check)));
            } else if (!failed && check.outcome() != Verdict.CheckOutcome.PASS && warnings < MOST) {
                warnings++;
                lines.add(line("warning", Headline.word(check.outcome()) + ": " + check.expression(), words(check)));
            }
        }
        return lines;
    }

    private static String words(Verdict.Check check) {
        return check.sentence().isBlank() ? check.expression() : check.sentence();
    }

    /** One annotation of that level: {@code notice}, {@code warning} or {@code error}. */
    public static String line(String level, String title, String message) {
        return "::" + level + " title=" + property(Markup.clip(title, MAX_TEXT)) + "::"
                + data(Markup.clip(message, MAX_TEXT));
    }

    /** What would end a command or begin another is written as the runner reads it back. */
    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
