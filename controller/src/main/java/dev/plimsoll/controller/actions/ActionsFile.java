package dev.plimsoll.controller.actions;

import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The content of {@code actions.json} in a bundle: what was done with the verdict, and what became of it.
 *
 * @param format version of the bundle's format
 * @param run the run's id
 * @param verdict what was acted on
 * @param actions each action, in order
 */
public record ActionsFile(int format, String run, Verdict.Outcome verdict, List<ActionRecord> actions) {
    private static final String NAME = "actions.json";
    private static final int FORMAT = 1;

    /** Copies the list. */
    public ActionsFile {
        actions = List.copyOf(actions);
    }

    /**
     * Of the actions of that verdict.
     *
     * @param mask hides secrets
     */
    public static ActionsFile of(Verdict verdict, List<ActionRecord> actions, UnaryOperator<String> mask) {
        List<ActionRecord> masked = actions.stream()
                .map(one -> new ActionRecord(
                        one.kind(),
                        mask.apply(one.action()),
                        one.done(),
                        mask.apply(one.sentence()),
                        one.exitCode(),
                        one.attempts(),
                        one.seconds()))
                .toList();
        return new ActionsFile(FORMAT, verdict.run(), verdict.verdict(), masked);
    }

    /**
     * Writes it; a reader sees the whole file or none.
     *
     * @throws BundleException when it cannot be written
     */
    public void write(Path bundle) {
        Path file = bundle.resolve(NAME);
        Path temporary = bundle.resolve(NAME + ".tmp");
        try {
            Files.writeString(temporary, BundleJson.file(this));
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new BundleException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
