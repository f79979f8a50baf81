package dev.plimsoll.controller.actions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.verdict.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitHubJobTest {
    private static final String RUN = "20260101-093000-250-7f3a2c";
    private static final RunInfo INFO = new RunInfo(
            1,
            RUN,
            new RunInfo.ScenarioRef("chat", "00"),
            RunInfo.Status.FINISHED,
            "",
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty(),
            "1",
            "nio",
            List.of(),
            new RunInfo.TargetRef(List.of(), List.of(), "", "", Map.of()),
            List.of());
    private static final Verdict VERDICT =
            new Verdict(1, RUN, Verdict.Outcome.ROLLBACK, List.of("too slow"), List.of());

    private final List<String> said = new ArrayList<>();

    @TempDir
    private Path directory;

    @Test
    void thereIsNoneOutsideOfGitHub() {
        assertFalse(GitHubJob.of(Map.of("GITHUB_STEP_SUMMARY", "x"), said::add).isPresent());
        assertFalse(GitHubJob.of(Map.of("GITHUB_ACTIONS", "false"), said::add).isPresent());
    }

    @Test
    void getsTheVerdictAfterWhatIsThereAlready() throws Exception {
        Path summary = Files.writeString(directory.resolve("summary.md"), "before\n");
        Path outputs = directory.resolve("outputs");
        Files.writeString(directory.resolve("verdict.md"), "## ROLLBACK\n");
        GitHubJob.of(
                        Map.of(
                                "GITHUB_ACTIONS", "true",
                                "GITHUB_STEP_SUMMARY", summary.toString(),
                                "GITHUB_OUTPUT", outputs.toString()),
                        said::add)
                .orElseThrow()
                .tell(INFO, VERDICT, directory);
        assertEquals("before\n## ROLLBACK\n\n", Files.readString(summary));
        assertEquals(
                "verdict=ROLLBACK\nrun=" + RUN + "\nbundle=" + directory.toAbsolutePath() + "\nreport="
                        + directory.toAbsolutePath().resolve("report.html") + "\n",
                Files.readString(outputs));
        assertEquals(List.of("::error title=Plimsoll ROLLBACK%3A chat::too slow"), said);
    }

    @Test
    void whatCannotBeWrittenTakesNothingElseAway() throws Exception {
        Path outputs = directory.resolve("outputs");
        GitHubJob.of(
                        Map.of(
                                "GITHUB_ACTIONS", "true",
                                "GITHUB_STEP_SUMMARY",
                                        directory.resolve("none/summary.md").toString(),
                                "GITHUB_OUTPUT", outputs.toString()),
                        said::add)
                .orElseThrow()
                .tell(INFO, VERDICT, directory);
        assertEquals(2, said.size());
        assertTrue(said.getLast().startsWith("::warning title=Plimsoll::cannot read "), said.toString());
        assertTrue(Files.readString(outputs).startsWith("verdict=ROLLBACK\n"));
    }
}
