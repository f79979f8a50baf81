package dev.plimsoll.reports.render;

import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.verdict.Verdict;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A verdict as JUnit XML, the form that CI systems show: one test case for each check, and one for the verdict itself.
 *
 * <p>A check that failed is a failure. One that is undecided, or has no data, is an error while the verdict is
 * INCONCLUSIVE, so that a pipeline that only looks here does not take it for passed; otherwise the verdict did not turn
 * on it and it is skipped. Pure.
 */
public final class JunitXml {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT);

    private JunitXml() {}

    private enum Result {
        PASSED,
        FAILURE,
        ERROR,
        SKIPPED
    }

    /** The whole file. */
    public static String render(RunInfo info, Verdict verdict) {
        List<Verdict.Check> checks = verdict.checks();
        Result whole = switch (verdict.verdict()) {
            case PROMOTE -> Result.PASSED;
            case ROLLBACK -> Result.FAILURE;
            case INCONCLUSIVE -> Result.ERROR;
        };
        String tests = Integer.toString(checks.size() + 1);
        String failures = count(Result.FAILURE, whole, verdict);
        String errors = count(Result.ERROR, whole, verdict);
        String skipped = count(Result.SKIPPED, whole, verdict);
        String suite = "plimsoll." + info.scenario().name();
        Markup out = new Markup();
        out.trusted("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").line();
        out.open("testsuites", "name", "plimsoll", "tests", tests, "failures", failures, "errors", errors)
                .line();
        out.open(
                "testsuite",
                "name",
                suite,
                "tests",
                tests,
                "failures",
                failures,
                "errors",
                errors,
                "skipped",
                skipped,
                "time",
                seconds(info),
                "timestamp",
                STAMP.format(info.started().truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC)),
                "hostname",
                info.agents().isEmpty() ? "localhost" : info.agents().getFirst().host());
        out.line().open("properties");
        property(out, "run", info.run());
        property(out, "verdict", verdict.verdict().name());
        property(out, "load_hash", info.scenario().loadHash());
        property(out, "target", String.join(", ", info.target().urls()));
        property(out, "model", info.target().model());
        property(out, "vllm_version", info.target().vllmVersion());
        property(out, "plimsoll", info.plimsoll());
        out.close().line();
        out.open("testcase", "classname", suite, "name", "verdict", "time", seconds(info));
        String reasons = String.join("\n", verdict.reasons());
        String first = verdict.reasons().isEmpty()
                ? verdict.verdict().name()
                : verdict.reasons().getFirst();
        result(out, whole, verdict.verdict().name(), first, reasons);
        out.close().line();
        for (Verdict.Check check : checks) {
            testCase(out, suite + "." + check.kind().label(), check, result(check, verdict));
        }
        out.close().line().close().line();
        return out.finish();
    }

    private static void testCase(Markup out, String suite, Verdict.Check check, Result result) {
        out.open("testcase", "classname", suite, "name", check.expression(), "time", "0");
        out.open("properties");
        property(out, "outcome", check.outcome().label());
        check.measured().ifPresent(v -> property(out, "measured", Double.toString(v)));
        check.limit().ifPresent(v -> property(out, "limit", Double.toString(v)));
        check.low().ifPresent(v -> property(out, "low", Double.toString(v)));
        check.high().ifPresent(v -> property(out, "high", Double.toString(v)));
        check.confidence().ifPresent(v -> property(out, "confidence", Double.toString(v)));
        property(out, "unit", check.unit());
        property(out, "samples", Long.toString(check.samples()));
        out.close();
        result(out, result, check.outcome().label(), words(check), check.sentence());
        if (!check.sentence().isBlank()) {
            out.element("system-out", check.sentence());
        }
        out.close().line();
    }

    private static void result(Markup out, Result result, String type, String message, String text) {
        switch (result) {
            case PASSED -> {}
            case FAILURE -> out.element("failure", text, "message", message, "type", type);
            case ERROR -> out.element("error", text, "message", message, "type", type);
            case SKIPPED -> out.empty("skipped", "message", message);
        }
    }

    private static Result result(Verdict.Check check, Verdict verdict) {
        return switch (check.outcome()) {
            case PASS -> Result.PASSED;
            case FAIL -> Result.FAILURE;
            case UNDECIDED, NO_DATA ->
                verdict.verdict() == Verdict.Outcome.INCONCLUSIVE ? Result.ERROR : Result.SKIPPED;
        };
    }

    private static String count(Result wanted, Result whole, Verdict verdict) {
        long count = verdict.checks().stream()
                .filter(check -> result(check, verdict) == wanted)
                .count();
        return Long.toString(count + (whole == wanted ? 1 : 0));
    }

    private static String words(Verdict.Check check) {
        String measured = check.measured().map(v -> Limit.value(check, v)).orElse("no data");
        Optional<String> interval = Headline.interval(check);
        return Headline.word(check.outcome()) + ": " + check.expression() + ", measured " + measured
                + interval.map(i -> " (" + i + ")").orElse("");
    }

    private static void property(Markup out, String name, String value) {
        out.empty("property", "name", name, "value", value);
    }

    private static String seconds(RunInfo info) {
        return info.ended()
                .map(end -> String.format(
                        Locale.ROOT,
                        "%.3f",
                        Duration.between(info.started(), end).toMillis() / 1000.0))
                .orElse("0");
    }
}
