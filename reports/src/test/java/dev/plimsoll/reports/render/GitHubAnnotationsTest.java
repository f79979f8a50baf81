package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class GitHubAnnotationsTest {
    private static final RunInfo INFO =
            TestingReports.info(RunInfo.Status.FINISHED, Optional.of(TestingReports.LOAD_STARTED));

    private static List<String> render(Verdict.Outcome outcome, List<String> reasons, Verdict.Check... checks) {
        return GitHubAnnotations.render(INFO, new Verdict(1, TestingReports.RUN, outcome, reasons, List.of(checks)));
    }

    private static Verdict.Check check(String expression, Verdict.CheckOutcome outcome, String sentence) {
        return TestingReports.check(expression, Verdict.Kind.THRESHOLD, outcome, sentence);
    }

    @Test
    void aPromotedRunIsANotice() {
        assertEquals(
                List.of("::notice title=Plimsoll PROMOTE%3A chat-release-gate::all 2 checks keep their limits"),
                render(
                        Verdict.Outcome.PROMOTE,
                        List.of("all 2 checks keep their limits"),
                        check("latency.mean < 1s", Verdict.CheckOutcome.PASS, "")));
    }

    @Test
    void aFailedCheckIsAnErrorAndAnUndecidedOneAWarning() {
        assertEquals(
                List.of(
                        "::error title=Plimsoll ROLLBACK%3A chat-release-gate::too slow",
                        "::error title=fail%3A ttft.p99 < 500ms::ttft.p99 1.9 s, limit < 500 ms",
                        "::warning title=undecided%3A latency.mean <= +10% and +5ms::more would settle it"
                                .replace("+10%", "+10%25"),
                        "::warning title=no data%3A gpu.temperature.max < 83C::gpu.temperature.max < 83C"),
                render(
                        Verdict.Outcome.ROLLBACK,
                        List.of("too slow"),
                        check("ttft.p99 < 500ms", Verdict.CheckOutcome.FAIL, "ttft.p99 1.9 s, limit < 500 ms"),
                        check("latency.mean <= +10% and +5ms", Verdict.CheckOutcome.UNDECIDED, "more would settle it"),
                        check("gpu.temperature.max < 83C", Verdict.CheckOutcome.NO_DATA, " ")));
    }

    @Test
    void whatAServerSaidCanNeitherEndACommandNorBeginOne() {
        List<String> lines = render(
                Verdict.Outcome.INCONCLUSIVE,
                List.of("100% of it\r\n::error::forged", "second"),
                check("a::b,c\n::stop-commands::x", Verdict.CheckOutcome.UNDECIDED, "x\n::add-mask::y"));
        assertEquals(
                "::warning title=Plimsoll INCONCLUSIVE%3A chat-release-gate::"
                        + "100%25 of it%0D%0A::error::forged%0Asecond",
                lines.getFirst());
        assertEquals(
                "::warning title=undecided%3A a%3A%3Ab%2Cc%0A%3A%3Astop-commands%3A%3Ax::x%0A::add-mask::y",
                lines.get(1));
        assertTrue(lines.stream().noneMatch(line -> line.contains("\n") || line.contains("\r")), lines.toString());
    }

    @Test
    void noMoreOfALevelThanGitHubShows() {
        List<Verdict.Check> many = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            many.add(check("latency.mean in p" + i + " < 1s", Verdict.CheckOutcome.FAIL, "slow"));
            many.add(check("ttft.mean in p" + i + " < 1s", Verdict.CheckOutcome.UNDECIDED, "unsure"));
        }
        List<String> lines = render(Verdict.Outcome.ROLLBACK, List.of("slow"), many.toArray(Verdict.Check[]::new));
        assertEquals(
                10, lines.stream().filter(line -> line.startsWith("::error ")).count());
        assertEquals(
                10, lines.stream().filter(line -> line.startsWith("::warning ")).count());
    }
}
