package dev.plimsoll.controller.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.agent.protocol.SmokeResult;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class SmokeCheckTest {
    private static final Secrets SECRETS = new Secrets(List.of("s3cret-key"));

    private static SmokeResult.Attempt attempt(boolean passed, String sent, String answered) {
        return new SmokeResult.Attempt("chat", passed, passed ? 200 : 500, 12, "status 500", sent, answered);
    }

    @Test
    void aFailureShowsTheRequestAndTheAnswerWithoutSecrets() {
        SmokeResult result = new SmokeResult(
                false,
                "1 of 2 smoke requests failed: status 500",
                List.of(
                        attempt(true, "POST /ok {}", "fine"),
                        attempt(false, "POST /v1/chat/completions {\"key\":\"s3cret-key\"}", "no\n s3cret-key  here")));
        SmokeCheck check = SmokeCheck.of(result, SECRETS);
        assertEquals(Verdict.CheckOutcome.FAIL, check.check().outcome());
        assertEquals(
                "1 of 2 smoke requests failed: status 500; sent POST /v1/chat/completions {\"key\":\"***\"}; answered no ***"
                        + " here",
                check.check().sentence());
    }

    /** The secret begins 5 characters before the cut. */
    @Test
    void aSecretThatTheCutWouldHalveIsHidden() {
        String body = "x".repeat(195) + "s3cret-key" + "y".repeat(50);
        SmokeResult result = new SmokeResult(false, "bad", List.of(attempt(false, body, "no")));
        String sentence = SmokeCheck.of(result, SECRETS).check().sentence();
        assertEquals("bad; sent " + "x".repeat(195) + "***yy…; answered no", sentence);
    }

    @Test
    void anAnswerThatIsNoneIsNothingAndASuccessShowsNeither() {
        SmokeResult failed = new SmokeResult(false, "refused", List.of(attempt(false, "GET /health", " ")));
        assertEquals(
                "refused; sent GET /health; answered nothing",
                SmokeCheck.of(failed, SECRETS).check().sentence());
        SmokeResult passed = new SmokeResult(true, "all well", List.of(attempt(true, "GET /health", "ok")));
        assertEquals("all well", SmokeCheck.of(passed, SECRETS).check().sentence());
    }
}
