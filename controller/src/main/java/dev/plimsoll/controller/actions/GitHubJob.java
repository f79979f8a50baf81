package dev.plimsoll.controller.actions;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.render.GitHubAnnotations;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The job of GitHub Actions that this process is a step of. Gets the verdict as annotations, as the step's summary and
 * as outputs of the step: {@code verdict}, {@code run}, {@code bundle} and {@code report}. What cannot be written is told,
 * and takes nothing else away.
 */
public final class GitHubJob {
    private final Map<String, String> environment;
    private final Consumer<String> says;

    private GitHubJob(Map<String, String> environment, Consumer<String> says) {
        this.environment = environment;
        this.says = says;
    }

    /**
     * The job, when there is one.
     *
     * @param environment of this process
     * @param says takes lines for the job's log, where the runner looks for annotations
     */
    public static Optional<GitHubJob> of(Map<String, String> environment, Consumer<String> says) {
        requireNonNull(says, "says");
        return "true".equals(environment.get("GITHUB_ACTIONS"))
                ? Optional.of(new GitHubJob(environment, says))
                : Optional.empty();
    }

    /** Tells the job of a verdict. */
    public void tell(RunInfo info, Verdict verdict, Path bundle) {
        GitHubAnnotations.render(info, verdict).forEach(says);
        Path place = bundle.toAbsolutePath();
        try {
            append("GITHUB_STEP_SUMMARY", Files.readString(place.resolve("verdict.md")) + "\n");
        } catch (IOException e) {
            warn("cannot read " + place.resolve("verdict.md") + ": " + e.getMessage());
        }
        append(
                "GITHUB_OUTPUT",
                "verdict=" + verdict.verdict() + "\nrun=" + info.run() + "\nbundle=" + oneLine(place) + "\nreport="
                        + oneLine(place.resolve("report.html")) + "\n");
    }

    /** Tells the job of a rollback that failed. */
    public void alarm(String sentence) {
        says.accept(GitHubAnnotations.line("error", "THE ROLLBACK FAILED", sentence));
    }

    private static String oneLine(Path path) {
        return path.toString().replaceAll("\\R", "_");
    }

    private void append(String variable, String text) {
        String file = environment.getOrDefault(variable, "");
        if (file.isEmpty()) {
            return;
        }
        try {
            Files.writeString(Path.of(file), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException | InvalidPathException e) {
            warn("cannot write the file of " + variable + ": " + e.getMessage());
        }
    }

    private void warn(String sentence) {
        says.accept(GitHubAnnotations.line("warning", "Plimsoll", sentence));
    }
}
