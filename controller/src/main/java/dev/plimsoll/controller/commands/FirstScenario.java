package dev.plimsoll.controller.commands;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.plimsoll.scenarios.Api;

/** The text of a first scenario. Pure. */
final class FirstScenario {
    private FirstScenario() {}

    /** YAML with a comment on each part. */
    static String text(UrlProbe.Finding finding) {
        boolean http = finding.api() == Api.HTTP;
        return head(finding, http)
                + (http ? request(finding) : tokens(finding))
                + load(http)
                + gate(finding.api().generates());
    }

    private static String head(UrlProbe.Finding finding, boolean http) {
        String model = http
                ? ""
                : "  model: " + quoted(finding.model()) + "          # auto: the first of GET /v1/models\n"
                        + "  headers: { Authorization: \"Bearer ${env:API_KEY:-none}\" }\n";
        String stream = finding.api().generates() ? "  stream: true\n" : "";
        return """
            # A first scenario. Check it: plimsoll validate FILE. Run it: plimsoll gate FILE.
            name: first-gate

            target:
              url: %s
              api: %s
            %s%s  timeout: 60s

            """.formatted(quoted(finding.base()), finding.api().label(), model, stream);
    }

    private static String tokens(UrlProbe.Finding finding) {
        String output = finding.api().generates()
                ? "    output: { tokens: 64, exact: true }   # exact: every run does equal work\n"
                : "";
        return """
            # What is sent: prompts of so many tokens, made up anew for each request.
            workload:
              - name: request
                input: { tokens: 256 }
            %s
            """.formatted(output);
    }

    private static String request(UrlProbe.Finding finding) {
        return """
            # What is sent, and what makes an answer a good one.
            workload:
              - name: request
                request: { method: GET, path: %s }
                expect: { status: %d }

            """.formatted(quoted(finding.path()), finding.status());
    }

    private static String load(boolean http) {
        return """
            # When it is sent. Start low; `rate: {from: 1/s, to: 50/s}` finds out what it carries.
            phases:
              - { name: warm-up, duration: 10s, concurrency: 2, measure: false }
              - { name: steady, duration: 60s, rate: %s, arrivals: poisson }

            """.formatted(http ? "50/s" : "5/s");
    }

    private static String gate(boolean generates) {
        String times = generates
                ? "    - ttft.p95 < 1s                # until the first token\n"
                        + "    - tpot.mean < 100ms             # from token to token\n"
                : "    - latency.p95 < 500ms\n";
        return """
            # What decides: PROMOTE when every limit is surely kept, ROLLBACK when one is surely broken.
            gate:
              smoke: { timeout: 60s, requests: 2 }
              thresholds:
                - errors.ratio < 2%%
            %s  # The last good runs of this scenario, once there are any.
              baseline:
                required: false
                checks: [ "latency.mean <= +25%%" ]
            """.formatted(times);
    }

    /** A JSON string is a YAML string. */
    private static String quoted(String text) {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }
}
