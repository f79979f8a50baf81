package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SecretsTest {
    private static final String SECRETIVE = """
            name: secretive
            description: "Uses ${env:SECRET} in its text"
            target:
              url: "http://user:${env:SECRET}@127.0.0.1:8000/v/${env:SECRET}"
              headers: { Authorization: "Bearer ${env:SECRET}", X-Other: "${env:SECRET}" }
            workload:
              - { name: chat, input: { tokens: 16 }, sampling: { user: "${env:SECRET}" } }
            phases:
              - { name: steady, duration: 10s, rate: 5/s }
            nodes:
              - name: n
                probes:
                  - { type: exec, command: [ probe, "--key=${env:SECRET}" ] }
                  - { type: vllm, url: "http://h/metrics?token=${env:SECRET}" }
                  - { type: jvm, url: "http://h/metrics", headers: { X-Tenant: "${env:SECRET}" } }
            gate:
              thresholds: [ latency.p99 < 5s ]
              on_rollback:
                - exec: [ notify, "${env:SECRET}" ]
                - webhook: { url: "https://hooks/${env:SECRET}", headers: { X-Key: "${env:SECRET}" }, secret: "${env:SECRET}" }
            """;

    private static ScenarioFile read(String yaml, Map<String, String> environment) throws ScenarioException {
        return ScenarioReader.read("test.yaml", yaml, Path.of("."), List.of(), environment);
    }

    @Provide
    Arbitrary<String> secrets() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('A', 'Z')
                .withCharRange('0', '9')
                .withChars("-._~")
                .ofMinLength(4)
                .ofMaxLength(40);
    }

    @Property(seed = "7", tries = 200)
    void noSecretIsInTheMaskedTextWhichReadsAgain(@ForAll("secrets") String secret) throws ScenarioException {
        // A word that the scenario has anyway tells nothing.
        Assume.that(!read(SECRETIVE, Map.of("SECRET", "!!!!!!")).masked().contains(secret));
        ScenarioFile file = read(SECRETIVE, Map.of("SECRET", secret));
        assertTrue(file.secrets().contains(secret));
        assertFalse(file.masked().contains(secret), file.masked());
        assertTrue(file.resolved().contains(secret));
        assertEquals(file.scenario(), ScenarioReader.fromResolved(file.resolved()));
        assertEquals(
                file.loadHash().length(),
                read(file.masked(), Map.of()).loadHash().length());
        assertFalse(file.toString().contains(secret));
    }

    @Property(seed = "8", tries = 100)
    void noSecretIsInAProblem(@ForAll("secrets") String secret) {
        try {
            read(SECRETIVE.replace("rate: 5/s", "rate: \"${env:SECRET}\"") + "x: y\n", Map.of("SECRET", secret));
        } catch (ScenarioException e) {
            assertFalse(e.getMessage().contains(secret), e.getMessage());
            return;
        }
        throw new AssertionError("x is an unknown key");
    }

    @Test
    void eachPlaceShowsStars() throws ScenarioException {
        String masked = read(SECRETIVE, Map.of("SECRET", "s3cr3t-value")).masked();
        assertEquals("""
                name: secretive
                description: Uses *** in its text
                target:
                  url: http://***@127.0.0.1:8000/v/***
                  headers: {Authorization: Bearer ***, X-Other: '***'}
                  api: openai-chat
                  model: auto
                  stream: true
                  timeout: 60s
                  connections: {max: 1024, reuse: true}
                  http: auto
                workload:
                  - name: chat
                    input: {tokens: 16}
                    sampling: {user: '***'}
                    weight: 1
                    output: {exact: false, tokens: 128}
                phases:
                  - name: steady
                    duration: 10s
                    rate: 5/s
                    arrivals: poisson
                    max_in_flight: 10000
                    measure: true
                    drain: 1m
                    after_drain: false
                """.lines().toList(), masked.lines().limit(26).toList());
        assertTrue(masked.contains("command: [probe, --key=***]"), masked);
        assertTrue(masked.contains("url: 'http://h/metrics?token=***'"), masked);
        assertTrue(masked.contains("exec: [notify, '***']"), masked);
        assertTrue(masked.contains("url: https://hooks/***"), masked);
        assertTrue(masked.contains("headers: {X-Key: '***'}"), masked);
    }

    @Test
    void aShortSecretIsMaskedInItsPlaceOnly() throws ScenarioException {
        ScenarioFile file = read(SECRETIVE, Map.of("SECRET", "ab"));
        assertFalse(file.secrets().contains("ab"));
        assertTrue(file.masked().contains("Authorization: Bearer ***"), file.masked());
        assertTrue(file.masked().contains("X-Other: '***'"), file.masked());
        assertTrue(file.masked().contains("description: Uses ab in its text"), file.masked());
    }

    @Test
    void credentialsInTheFileAreSecret() throws ScenarioException {
        ScenarioFile file = read(
                Scenarios.MINIMAL.replace(
                        "{ url: \"http://127.0.0.1:8000\" }",
                        "{ url: \"http://joe:pass%2Dword@127.0.0.1:8000\","
                                + " headers: { authorization: Basic Zm9vYmFy, Cookie: id=12345, api-key: abcdefgh, X-Plain: visible } }"),
                Map.of());
        assertTrue(file.secrets()
                .containsAll(
                        List.of("Zm9vYmFy", "id=12345", "abcdefgh", "joe:pass%2Dword", "pass%2Dword", "pass-word")));
        assertTrue(file.masked().contains("http://***@127.0.0.1:8000"), file.masked());
        assertTrue(file.masked().contains("X-Plain: visible"), file.masked());
        file.secrets().forEach(secret -> assertFalse(file.masked().contains(secret), secret));
    }

    @Test
    void aDefaultInTheFileIsNoSecret() throws ScenarioException {
        ScenarioFile file =
                read(Scenarios.MINIMAL.replace("http://127.0.0.1:8000", "${env:URL:-http://127.0.0.1:8000}"), Map.of());
        assertEquals(java.util.Set.of(), file.secrets());
        assertTrue(file.masked().contains("http://127.0.0.1:8000"), file.masked());
    }

    @Test
    void theMaskedTextOfEveryKeyReadsAgainWithTheSameLoad() throws ScenarioException {
        ScenarioFile file = Scenarios.complete("chat.yaml");
        ScenarioFile again = Scenarios.read(file.masked());
        assertEquals(file.loadHash(), again.loadHash());
        assertEquals(file.masked(), again.masked());
        for (String secret : Scenarios.ENVIRONMENT.values()) {
            assertTrue(file.secrets().contains(secret), secret);
            assertFalse(file.masked().contains(secret), secret);
        }
    }

    @Test
    void aWebhookThatIsSecretAsAWholeReadsAgain() throws ScenarioException {
        ScenarioFile file = Scenarios.complete("chat.yaml");
        assertTrue(file.masked().contains("url: https://***"), file.masked());
        assertFalse(file.masked().contains("T000"), file.masked());
    }

    @Test
    void aWebhooksSecretIsMaskedThoughItIsWrittenInTheFile() throws ScenarioException {
        String yaml = SECRETIVE.replace("secret: \"${env:SECRET}\"", "secret: sign-with-this");
        ScenarioFile file = read(yaml, Map.of("SECRET", "another-one"));
        assertFalse(file.masked().contains("sign-with-this"), file.masked());
        assertTrue(file.secrets().contains("sign-with-this"));
    }
}
