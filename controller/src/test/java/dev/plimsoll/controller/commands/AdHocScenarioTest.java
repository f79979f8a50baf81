package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import dev.plimsoll.scenarios.ScenarioReader;
import dev.plimsoll.scenarios.Work;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdHocScenarioTest {
    private static ScenarioFile wrk(String url, String... options) throws CommandException, ScenarioException {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add(url);
        WrkArguments wanted = WrkArguments.parse(arguments);
        return ScenarioReader.read(
                "test",
                AdHocScenario.wrk(wanted, AdHocScenario.url(url)),
                Path.of(""),
                List.of(),
                Map.of("KEY", "hush1"));
    }

    private static Phase phase(Scenario scenario) {
        return scenario.phases().getFirst();
    }

    @Test
    void connectionsAreUsersOfAClosedLoop() throws Exception {
        Scenario scenario = wrk("http://127.0.0.1:8080/a?b=c&d=%22", "-c", "64", "-d", "3s", "--timeout", "7")
                .scenario();
        Work.Http http =
                assertInstanceOf(Work.Http.class, scenario.workload().getFirst().work());
        assertEquals(Api.HTTP, scenario.target().api());
        assertEquals("/a?b=c&d=%22", http.path());
        assertTrue(http.expect().statuses().containsAll(List.of(200, 204, 301, 304)));
        assertEquals(new Load.Closed(64, Duration.ZERO), phase(scenario).load());
        assertEquals(64, scenario.target().connections().max());
        assertEquals(Duration.ofSeconds(3), phase(scenario).duration());
        assertEquals(Duration.ofSeconds(7), scenario.target().timeout());
    }

    @Test
    void aRateIsConstantArrivalsThatWaitForAConnection() throws Exception {
        Scenario scenario = wrk("http://127.0.0.1/", "-c10", "-R2k", "-d30s").scenario();
        Load.Open open = assertInstanceOf(Load.Open.class, phase(scenario).load());
        assertEquals(new Load.Rate.Constant(2_000), open.rate());
        assertEquals(new Load.Arrivals.Constant(), open.arrivals());
        assertEquals(10, scenario.target().connections().max());
        assertEquals(2_000 * 32 + 1, open.maxInFlight(), "all of 30 s and 2 s of patience may wait");
        assertEquals(Duration.ofSeconds(32), scenario.target().timeout(), "none is given up while load runs");
        assertEquals(Duration.ofSeconds(2), phase(scenario).drain());
    }

    @Test
    void theRootIsTheDefaultPath() throws Exception {
        Scenario scenario = wrk("http://127.0.0.1:8080").scenario();
        assertEquals("/", ((Work.Http) scenario.workload().getFirst().work()).path());
    }

    @Test
    void headersOfOneNameAreJoinedAndConnectionSaysWhetherItIsKept() throws Exception {
        Scenario scenario = wrk(
                        "http://127.0.0.1/",
                        "-HAccept: a",
                        "-Haccept: b",
                        "-HCookie: c=1",
                        "-HCookie: d=2",
                        "-HX-Odd:  \"q\" # no comment: {",
                        "-HConnection: close")
                .scenario();
        assertEquals(
                Map.of("Accept", "a, b", "Cookie", "c=1; d=2", "X-Odd", "\"q\" # no comment: {"),
                scenario.target().headers());
        assertFalse(scenario.target().connections().reuse());
        assertTrue(wrk("http://127.0.0.1/", "-HConnection: keep-alive")
                .scenario()
                .target()
                .connections()
                .reuse());
    }

    @Test
    void secretsAreKnown() throws Exception {
        ScenarioFile file = wrk("http://user:s3cret@127.0.0.1/", "-HAuthorization: Bearer ${env:KEY}");
        assertEquals("Bearer hush1", file.scenario().target().headers().get("Authorization"));
        assertTrue(file.secrets().containsAll(List.of("hush1", "s3cret")), file.secrets()::toString);
        assertEquals("http://***@127.0.0.1/", AdHocScenario.shown(URI.create("http://user:s3cret@127.0.0.1/")));
    }

    @Test
    void aHeaderWithoutANameIsRefusedAndNotShown() {
        CommandException e = assertThrows(CommandException.class, () -> wrk("http://127.0.0.1/", "-Hhush-hush"));
        assertFalse(String.valueOf(e.getMessage()).contains("hush"), e.getMessage());
    }

    @Test
    void whatIsNoUrlIsRefused() {
        for (String text : List.of("127.0.0.1:80", "ftp://h/", "http:///path", "nohost")) {
            CommandException e = assertThrows(CommandException.class, () -> AdHocScenario.url(text), text);
            assertEquals(ExitCode.USAGE, e.code());
        }
    }

    private static AdHocScenario.Chat chat(String url, Optional<String> rate, Map<String, String> objectives) {
        return new AdHocScenario.Chat(
                URI.create(url), "auto", rate, 8, 256, 64, true, "10s", "60s", List.of(), objectives);
    }

    private static Scenario read(AdHocScenario.Chat chat) throws CommandException, ScenarioException {
        return ScenarioReader.read("test", AdHocScenario.chat(chat), Path.of(""), List.of(), Map.of())
                .scenario();
    }

    @Test
    void aChatIsAScenarioOfItsOwn() throws Exception {
        Scenario scenario =
                read(chat("http://127.0.0.1:8000/v1/chat/completions", Optional.of("5/s"), Map.of("ttft", "500ms")));
        assertEquals(
                List.of(URI.create("http://127.0.0.1:8000")), scenario.target().urls());
        assertEquals(Api.OPENAI_CHAT, scenario.target().api());
        Load.Open open = assertInstanceOf(Load.Open.class, phase(scenario).load());
        assertEquals(new Load.Rate.Constant(5), open.rate());
        assertEquals(
                Map.of(Metrics.TTFT, Duration.ofMillis(500)),
                scenario.objectives().limits());
        assertInstanceOf(
                Load.Closed.class,
                phase(read(chat("http://h/", Optional.empty(), Map.of()))).load());
    }

    @Test
    void aWrongObjectiveIsAProblemOfTheScenario() {
        ScenarioException e = assertThrows(
                ScenarioException.class, () -> read(chat("http://h/", Optional.empty(), Map.of("tft", "1s"))));
        assertTrue(String.valueOf(e.getMessage()).contains("ttft"), e.getMessage());
    }
}
