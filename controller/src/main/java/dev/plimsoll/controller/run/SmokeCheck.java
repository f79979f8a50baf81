package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.SmokeResult;
import dev.plimsoll.reports.verdict.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What became of the smoke test, as the verdict and the events tell it.
 *
 * @param check for the verdict, without secrets
 * @param detail for the event
 */
record SmokeCheck(Verdict.Check check, Map<String, Object> detail) {
    private static final int SHOWN = 200;

    /** Of a target that could not even be looked at. */
    static SmokeCheck neverUp(String sentence, Duration timeout) {
        return new SmokeCheck(
                check(
                        Verdict.CheckOutcome.FAIL,
                        0,
                        "the target did not come up within " + timeout.toSeconds() + " s: " + sentence),
                Map.of("passed", false));
    }

    /** Of what an agent found. */
    static SmokeCheck of(SmokeResult result, Secrets secrets) {
        List<String> attempts =
                result.attempts().stream().map(SmokeCheck::sentence).toList();
        Verdict.Check check = check(
                result.passed() ? Verdict.CheckOutcome.PASS : Verdict.CheckOutcome.FAIL,
                result.attempts().size(),
                secrets.mask(result.sentence()) + shown(result, secrets));
        return new SmokeCheck(check, Map.of("passed", result.passed(), "attempts", secrets.mask(attempts)));
    }

    /** The request that failed last, and its answer: what a person looks at first. */
    private static String shown(SmokeResult result, Secrets secrets) {
        return result.attempts().reversed().stream()
                .filter(attempt -> !attempt.passed() && !attempt.sent().isEmpty())
                .findFirst()
                .map(attempt -> "; sent " + clipped(secrets.mask(attempt.sent())) + "; answered "
                        + (attempt.answered().isBlank() ? "nothing" : clipped(secrets.mask(attempt.answered()))))
                .orElse("");
    }

    /** What is cut off could be the half of a secret, so texts come masked. */
    private static String clipped(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }

    private static Verdict.Check check(Verdict.CheckOutcome outcome, long samples, String sentence) {
        return new Verdict.Check(
                "smoke",
                Verdict.Kind.SMOKE,
                outcome,
                Optional.empty(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                samples,
                sentence);
    }

    private static String sentence(SmokeResult.Attempt attempt) {
        return attempt.request() + ": " + attempt.sentence() + " (status " + attempt.status() + "); sent "
                + attempt.sent() + "; answered " + attempt.answered();
    }

    boolean passed() {
        return check.outcome() == Verdict.CheckOutcome.PASS;
    }
}
