package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is in the files of {@code docker/ci} runs as their systems run it, for the three verdicts. */
class CiVerdictsProcessTest {
    private static final int MOST_ATTEMPTS = 6;
    private static final Map<Verdict.Outcome, Integer> CODES =
            Map.of(Verdict.Outcome.PROMOTE, 0, Verdict.Outcome.ROLLBACK, 1, Verdict.Outcome.INCONCLUSIVE, 3);

    /* A second is too short to tell how much a mean varies, whatever the machine does. */
    private static final Map<Verdict.Outcome, String> CHECKS = Map.of(
            Verdict.Outcome.PROMOTE, "latency.max < 15s",
            Verdict.Outcome.ROLLBACK, "latency.max < 1us",
            Verdict.Outcome.INCONCLUSIVE, "latency.mean < 5s");
    private static final String SCENARIO = """
        name: ci
        target: { url: "http://127.0.0.1:9", api: openai-chat, timeout: 20s }
        workload: [ { name: chat, input: { tokens: 16 }, output: { tokens: 4, exact: true } } ]
        phases:
          - { name: steady, duration: 1s, rate: 20/s }
        gate:
          thresholds: [ "errors.ratio < 20%%", "%s" ]
        """;

    @AutoClose
    private static TestingSimulator simulator;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startSimulator() throws Exception {
        simulator = TestingSimulator.start();
    }

    @BeforeEach
    void prepare() throws IOException {
        CiScripts.install(directory);
    }

    private void wish(Verdict.Outcome verdict) throws IOException {
        Files.writeString(directory.resolve("gate.yaml"), SCENARIO.formatted(CHECKS.get(verdict)));
    }

    /** One run of a job. */
    private interface Job<T> {
        T run() throws Exception;

        /** Until the generator was fit, which a busy machine's may not be; so a pipeline does it too. */
        default T decided(Verdict.Outcome verdict, Predicate<T> undecided) throws Exception {
            T end = run();
            for (int i = 1; i < MOST_ATTEMPTS && verdict != Verdict.Outcome.INCONCLUSIVE && undecided.test(end); i++) {
                end = run();
            }
            return end;
        }
    }

    private CiScripts.Ended decided(Verdict.Outcome verdict, Job<CiScripts.Ended> job) throws Exception {
        return job.decided(verdict, end -> end.code() == 3);
    }

    /** The step of the action that runs the gate, with the inputs that a workflow gives. */
    private CiScripts.Ended gitHub(Map<String, String> inputs) throws Exception {
        JsonNode action = CiScripts.yaml("github/action.yml");
        JsonNode step = action.path("runs").path("steps").path(1);
        Map<String, String> environment = new HashMap<>(Map.of(
                "GITHUB_ACTIONS", "true",
                "GITHUB_ACTION_PATH", CiScripts.file("github").toString(),
                "GITHUB_OUTPUT", Files.createTempFile(directory, "outputs", "").toString(),
                "GITHUB_STEP_SUMMARY",
                        Files.createTempFile(directory, "summary", "").toString()));
        step.path("env").properties().forEach(variable -> {
            String input = variable.getValue().asText().replaceAll("\\$\\{\\{ inputs\\.(\\w+) }}", "$1");
            String usual = action.path("inputs").path(input).path("default").asText();
            environment.put(variable.getKey(), inputs.getOrDefault(input, usual));
        });
        Path script =
                Files.writeString(directory.resolve("step.sh"), step.path("run").asText() + "\n");
        CiScripts.Ended ended = CiScripts.run(
                directory, environment, List.of("bash", "--noprofile", "--norc", "-eo", "pipefail", script.toString()));
        outputs = Files.readAllLines(Path.of(environment.get("GITHUB_OUTPUT")));
        summary = Files.readString(Path.of(environment.get("GITHUB_STEP_SUMMARY")));
        return ended;
    }

    private List<String> outputs = List.of();
    private String summary = "";

    @ParameterizedTest
    @EnumSource
    void theGitHubActionEndsWithTheVerdictAndTellsIt(Verdict.Outcome verdict) throws Exception {
        wish(verdict);
        Map<String, String> inputs = new HashMap<>(
                Map.of("scenario", "gate.yaml", "target", simulator.url(), "set", "seed=3\n\nname=ci-job\n"));
        CiScripts.Ended ended = decided(verdict, () -> gitHub(inputs));
        assertEquals(CODES.get(verdict), ended.code(), ended.output());
        assertEquals("verdict=" + verdict, outputs.getFirst());
        Path bundle = Path.of(outputs.get(2).substring("bundle=".length()));
        assertEquals("plimsoll-runs", bundle.getParent().getFileName().toString());
        assertTrue(Files.readString(bundle.resolve("scenario.yaml")).contains("ci-job"), "its overrides hold");
        assertTrue(summary.lines().findFirst().orElse("").contains(verdict + ": ci-job"), summary);
        assertTrue(ended.output().contains(" title=Plimsoll " + verdict + "%3A ci-job::"), ended.output());
        if (verdict == Verdict.Outcome.INCONCLUSIVE) {
            inputs.put("inconclusive", "pass");
            CiScripts.Ended passed = gitHub(inputs);
            assertEquals(0, passed.code(), passed.output());
            assertTrue(passed.output().contains("::warning title=Plimsoll INCONCLUSIVE"), passed.output());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theGitLabJobEndsWithTheVerdictAndLeavesItsReports(Verdict.Outcome verdict) throws Exception {
        wish(verdict);
        JsonNode job = CiScripts.yaml("gitlab/plimsoll.gitlab-ci.yml").path(".plimsoll-gate");
        Map<String, String> variables = new HashMap<>();
        job.path("variables")
                .properties()
                .forEach(one -> variables.put(one.getKey(), one.getValue().asText()));
        variables.putAll(Map.of("PLIMSOLL_TARGET", simulator.url(), "GITLAB_CI", "true"));
        Path script = gitLabScript(job);
        CiScripts.Ended ended =
                decided(verdict, () -> CiScripts.run(directory, variables, List.of("bash", script.toString())));
        assertEquals(CODES.get(verdict), ended.code(), ended.output());
        JsonNode reports = job.path("artifacts").path("reports");
        String cases = Files.readString(directory.resolve(reports.path("junit").asText()));
        // Of the verdict's case: GitLab shows a failure for each that may not go on.
        assertEquals(verdict == Verdict.Outcome.ROLLBACK, cases.contains("<failure"), cases);
        assertTrue(Files.readString(directory.resolve(reports.path("metrics").asText()))
                .endsWith("# EOF\n"));
        for (JsonNode kept : job.path("artifacts").path("paths")) {
            assertTrue(Files.exists(directory.resolve(kept.asText())), kept.asText());
        }
    }

    private Path gitLabScript(JsonNode job) throws IOException {
        List<String> lines = new ArrayList<>();
        job.path("script").forEach(line -> lines.add(line.asText()));
        return Files.writeString(directory.resolve("script"), "set -eo pipefail\n" + String.join("\n", lines) + "\n");
    }

    @Test
    void theGitLabJobOfAWrongScenarioHasItsCodeThoughReportsOfARunBeforeLieAbout() throws Exception {
        wish(Verdict.Outcome.PROMOTE);
        Path old = Files.createDirectories(directory.resolve("plimsoll-runs/20260101-093000-250-7f3a2c"));
        for (String name : List.of("junit.xml", "metrics.txt", "verdict.md", "report.html")) {
            Files.writeString(old.resolve(name), "of a run before");
        }
        Path script =
                gitLabScript(CiScripts.yaml("gitlab/plimsoll.gitlab-ci.yml").path(".plimsoll-gate"));
        CiScripts.Ended refused = CiScripts.run(
                directory,
                Map.of("PLIMSOLL_SCENARIO", "gate.yaml", "PLIMSOLL_TARGET", "not a URL"),
                List.of("bash", script.toString()));
        assertEquals(2, refused.code(), refused.output());
    }

    /** Tekton's variables, as its controller puts them in before a step starts. */
    private String substituted(String text, Map<String, String> params) {
        String done = text;
        for (Map.Entry<String, String> param : params.entrySet()) {
            done = done.replace("$(params." + param.getKey() + ")", param.getValue());
        }
        for (String result : List.of("verdict", "exit-code")) {
            done = done.replace(
                    "$(results." + result + ".path)", directory.resolve(result).toString());
        }
        done = done.replace("$(workspaces.source.path)", directory.toString());
        assertTrue(!done.contains("$(params") && !done.contains("$(results") && !done.contains("$(workspaces"), done);
        return done;
    }

    private CiScripts.Ended tekton(Map<String, String> given) throws Exception {
        JsonNode spec = CiScripts.yaml("tekton/plimsoll-gate.yaml").path("spec");
        Map<String, String> params = new HashMap<>();
        spec.path("params").forEach(param -> {
            String name = param.path("name").asText();
            params.put(name, given.getOrDefault(name, param.path("default").asText()));
        });
        JsonNode step = spec.path("steps").path(0);
        Map<String, String> environment = new HashMap<>();
        for (JsonNode variable : step.path("env")) {
            environment.put(
                    variable.path("name").asText(),
                    substituted(variable.path("value").asText(), params));
        }
        Path script = Files.writeString(
                directory.resolve("script-0"), substituted(step.path("script").asText(), params));
        assertTrue(script.toFile().setExecutable(true));
        return CiScripts.run(
                Path.of(substituted(step.path("workingDir").asText(), params)),
                environment,
                List.of(script.toString()));
    }

    @ParameterizedTest
    @EnumSource
    void theTektonTaskEndsWithTheVerdictAndWritesItsResults(Verdict.Outcome verdict) throws Exception {
        wish(verdict);
        CiScripts.Ended ended =
                decided(verdict, () -> tekton(Map.of("scenario", "gate.yaml", "target", simulator.url())));
        assertEquals(CODES.get(verdict), ended.code(), ended.output());
        assertEquals(verdict.name(), Files.readString(directory.resolve("verdict")));
        assertEquals(CODES.get(verdict).toString(), Files.readString(directory.resolve("exit-code")));
        if (verdict == Verdict.Outcome.INCONCLUSIVE) {
            CiScripts.Ended goesOn =
                    tekton(Map.of("scenario", "gate.yaml", "target", simulator.url(), "inconclusive", "continue"));
            assertEquals(0, goesOn.code(), goesOn.output());
            assertEquals("INCONCLUSIVE", Files.readString(directory.resolve("verdict")));
        }
    }

    @Test
    void theTektonTaskOfAWrongScenarioHasNoVerdict() throws Exception {
        assertEquals(2, tekton(Map.of("scenario", "none.yaml")).code());
        assertEquals("NONE", Files.readString(directory.resolve("verdict")));
        assertEquals("2", Files.readString(directory.resolve("exit-code")));
    }

    private List<String> jenkins(String target, boolean promotes) throws Exception {
        return new JenkinsRun(directory, Map.of("PLIMSOLL_TARGET", target), promotes)
                .run(CiScripts.file("jenkins/Jenkinsfile"));
    }

    private List<String> jenkins(Verdict.Outcome verdict, boolean promotes) throws Exception {
        wish(verdict);
        Job<List<String>> job = () -> jenkins(simulator.url(), promotes);
        return job.decided(verdict, did -> did.contains("sh 3"));
    }

    @Test
    void theJenkinsPipelinePromotesAfterPromote() throws Exception {
        assertEquals(
                List.of(
                        "stage Plimsoll gate",
                        "sh 0",
                        "junit some",
                        "archiveArtifacts some",
                        "stage Promote",
                        "echo promote the release here"),
                jenkins(Verdict.Outcome.PROMOTE, false));
    }

    @Test
    void theJenkinsPipelineEndsAfterRollback() throws Exception {
        assertEquals(
                List.of(
                        "stage Plimsoll gate",
                        "sh 1",
                        "junit some",
                        "archiveArtifacts some",
                        "failed: Plimsoll gate ended with exit code 1"),
                jenkins(Verdict.Outcome.ROLLBACK, false));
    }

    @Test
    void theJenkinsPipelineAsksAPersonAfterInconclusive() throws Exception {
        List<String> asked = List.of(
                "stage Plimsoll gate",
                "sh 3",
                "junit some",
                "archiveArtifacts some",
                "timeout {time=1, unit=DAYS}",
                "input");
        List<String> promoted = new ArrayList<>(asked);
        promoted.addAll(List.of("stage Promote", "echo promote the release here"));
        assertEquals(promoted, jenkins(Verdict.Outcome.INCONCLUSIVE, true));
        List<String> ended = new ArrayList<>(asked);
        ended.add("failed: aborted by a person");
        assertEquals(ended, jenkins(Verdict.Outcome.INCONCLUSIVE, false));
    }

    @Test
    void theJenkinsPipelineOfAWrongScenarioEndsAndAsksNobody() throws Exception {
        wish(Verdict.Outcome.PROMOTE);
        assertEquals(
                List.of(
                        "stage Plimsoll gate",
                        "sh 2",
                        "junit none",
                        "archiveArtifacts none",
                        "failed: Plimsoll gate ended with exit code 2"),
                jenkins("not a URL", true));
    }
}
