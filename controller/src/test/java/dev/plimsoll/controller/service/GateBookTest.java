package dev.plimsoll.controller.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.controller.Polling;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.verdict.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateBookTest {
    private static final String RUN = "20260101-093000-250-7f3a2c";
    private static final String OTHER_RUN = "20260101-093001-250-7f3a2c";
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-01T09:30:00Z"));
    private static final Release FIRST = new Release("prod", "chat", "1");
    private static final Release SECOND = new Release("prod", "chat", "2");

    @TempDir
    private Path directory;

    private Path scenarios;
    private ScriptedRunner runner;
    private int copies;

    @BeforeEach
    void prepare() throws Exception {
        scenarios = Files.createDirectory(directory.resolve("scenarios"));
        Files.writeString(scenarios.resolve("chat.yaml"), "name: chat\n");
        runner = new ScriptedRunner(new TestingStore(directory));
    }

    private GateBook book(int atOnce) {
        return new GateBook(directory.resolve("book"), Optional.of(scenarios), atOnce, runner, CLOCK);
    }

    private static void await(GateBook book, Release release, BookedGate.State state) throws Exception {
        Polling.until(
                () -> book.find(release).orElseThrow().state() == state,
                Duration.ofSeconds(20),
                () -> "never " + state + ": " + book.find(release));
    }

    @Test
    void runsNoMoreGatesAtOnceThanItMay() throws Exception {
        try (GateBook book = book(1)) {
            book.ask(FIRST, "chat");
            book.ask(SECOND, "chat");
            await(book, FIRST, BookedGate.State.RUNNING);
            assertEquals(
                    BookedGate.State.QUEUED, book.find(SECOND).orElseThrow().state());
            runner.judge(FIRST, RUN, Verdict.Outcome.PROMOTE, 0);
            await(book, SECOND, BookedGate.State.RUNNING);
            assertEquals(BookedGate.State.JUDGED, book.find(FIRST).orElseThrow().state());
        }
        assertTrue(runner.stopped(), "gates that run are ended with the book");
    }

    @Test
    void remembersWhatWasJudgedAcrossARestart() throws Exception {
        try (GateBook book = book(1)) {
            book.ask(FIRST, "chat");
            runner.judge(FIRST, RUN, Verdict.Outcome.ROLLBACK, 1);
            await(book, FIRST, BookedGate.State.JUDGED);
        }
        try (GateBook again = book(1)) {
            BookedGate gate = again.ask(FIRST, "chat");
            assertEquals(Optional.of(Verdict.Outcome.ROLLBACK), gate.verdict());
            assertEquals(Optional.of(RUN), gate.run());
            assertEquals(Optional.of(1), gate.exitCode());
            assertEquals(1, runner.begun().size());
        }
    }

    @Test
    void beginsALostGateAnewWhenItIsAskedForAgain() throws Exception {
        try (GateBook book = book(1)) {
            book.ask(FIRST, "chat");
            await(book, FIRST, BookedGate.State.RUNNING);
        }
        try (GateBook again = book(1)) {
            assertEquals(BookedGate.State.LOST, again.find(FIRST).orElseThrow().state());
            again.ask(FIRST, "chat");
            await(again, FIRST, BookedGate.State.RUNNING);
            assertEquals(2, runner.begun().size());
        }
    }

    /** The book as it lies on disk while the first one is open: what a controller that was killed leaves. */
    private GateBook afterAKill() throws Exception {
        Path copy = Files.createDirectory(directory.resolve("book-" + copies++));
        try (Stream<Path> pages = Files.list(directory.resolve("book"))) {
            for (Path page : pages.filter(p -> p.toString().endsWith(".json")).toList()) {
                Files.copy(page, copy.resolve(page.getFileName()));
            }
        }
        GateBook again = new GateBook(copy, Optional.of(scenarios), 1, runner, CLOCK);
        again.resume();
        return again;
    }

    @Test
    void adoptsAGateWhoseProcessLivesAndLetsOthersWaitForIt() throws Exception {
        try (GateBook book = book(1)) {
            book.ask(FIRST, "chat");
            Polling.until(() -> runner.begun().size() == 1, Duration.ofSeconds(20), () -> "never begun");
            try (GateBook again = afterAKill()) {
                assertEquals(BookedGate.State.RUNNING, again.ask(FIRST, "chat").state());
                again.ask(SECOND, "chat");
                assertFalse(again.forget(FIRST), "it goes on");
                Polling.until(() -> runner.adopted().size() == 1, Duration.ofSeconds(20), () -> "never adopted");
                assertEquals(
                        ProcessHandle.current().pid(),
                        runner.adopted().getFirst().pid());
                assertEquals(
                        BookedGate.State.QUEUED,
                        again.find(SECOND).orElseThrow().state());
                // One end for each of the two that wait: the first book's, and the one that adopted it.
                runner.judge(FIRST, RUN, Verdict.Outcome.PROMOTE, 0);
                runner.judge(FIRST, OTHER_RUN, Verdict.Outcome.PROMOTE, 0);
                await(again, FIRST, BookedGate.State.JUDGED);
                await(again, SECOND, BookedGate.State.RUNNING);
                assertEquals(2, runner.begun().size(), "one for each release");
            }
        }
    }

    @Test
    void aGateThatEndedMeanwhileHasTheAnswerThatItLeft() throws Exception {
        try (GateBook book = book(1)) {
            book.ask(FIRST, "chat");
            Polling.until(() -> runner.begun().size() == 1, Duration.ofSeconds(20), () -> "never begun");
            runner.allDied();
            runner.judge(FIRST, RUN, Verdict.Outcome.ROLLBACK, 1);
            runner.judge(FIRST, OTHER_RUN, Verdict.Outcome.ROLLBACK, 1);
            try (GateBook again = afterAKill()) {
                await(again, FIRST, BookedGate.State.JUDGED);
                assertEquals(
                        Optional.of(Verdict.Outcome.ROLLBACK),
                        again.find(FIRST).orElseThrow().verdict());
            }
        }
    }

    @Test
    void aGateThatDiedBeginsAnewTwiceAndThenNoMore() throws Exception {
        runner.allDied();
        try (GateBook book = book(1)) {
            book.ask(FIRST, "chat");
            Polling.until(() -> runner.begun().size() == 1, Duration.ofSeconds(20), () -> "never begun");
            BookedGate gate = book.find(FIRST).orElseThrow();
            for (int deaths = 1; deaths <= 3; deaths++) {
                gate = gate.died(Optional.of(RUN), CLOCK.instant());
                assertEquals(deaths, gate.deaths());
                assertEquals(deaths < 3, gate.beginsAnew());
            }
            assertTrue(gate.sentence().contains("it has died 3 times"), gate.sentence());
            try (GateBook again = afterAKill()) {
                await(again, FIRST, BookedGate.State.LOST);
                assertEquals(1, again.find(FIRST).orElseThrow().deaths());
                assertEquals(1, again.ask(FIRST, "chat").deaths());
                await(again, FIRST, BookedGate.State.RUNNING);
                assertEquals(2, runner.begun().size());
            }
        }
    }

    @Test
    void aGateThatHadNotBegunIsBegunWhenItIsAskedForAgain() throws Exception {
        try (GateBook book = book(1)) {
            book.ask(FIRST, "chat");
            book.ask(SECOND, "chat");
            Polling.until(() -> runner.begun().size() == 1, Duration.ofSeconds(20), () -> "never begun");
            try (GateBook again = afterAKill()) {
                assertEquals(
                        BookedGate.State.LOST, again.find(SECOND).orElseThrow().state());
                assertEquals(0, again.find(SECOND).orElseThrow().deaths());
                assertEquals(BookedGate.State.QUEUED, again.ask(SECOND, "chat").state());
            }
        }
    }

    @Test
    void aSecondControllerGetsNoBookThatAnotherHas() throws Exception {
        try (GateBook book = book(1)) {
            BundleException refused = assertThrows(BundleException.class, () -> book(1).close());
            assertTrue(String.valueOf(refused.getMessage()).contains("another controller gates with the store"));
            assertEquals(Optional.empty(), book.find(FIRST));
        }
        book(1).close();
    }

    @Test
    void readsAPageOfAnEarlierVersion() throws Exception {
        Files.createDirectories(directory.resolve("book"));
        Files.writeString(directory.resolve("book").resolve(FIRST.key() + ".json"), """
            {"format": 1, "release": {"namespace": "prod", "name": "chat", "checksum": "1"}, "scenario": "chat",
             "state": "running", "asked": "2026-01-01T09:30:00Z", "sentence": ""}
            """);
        try (GateBook book = book(1)) {
            book.resume();
            assertEquals(BookedGate.State.LOST, book.find(FIRST).orElseThrow().state());
        }
    }

    @Test
    void aGateThatFailedIsNotBegunAgainUntilItIsForgotten() throws Exception {
        try (GateBook book = book(1)) {
            book.ask(FIRST, "chat");
            runner.fail(FIRST, "no");
            await(book, FIRST, BookedGate.State.FAILED);
            assertEquals(BookedGate.State.FAILED, book.ask(FIRST, "chat").state());
            assertTrue(book.forget(FIRST));
            assertEquals(Optional.empty(), book.find(FIRST));
            book.ask(FIRST, "chat");
            await(book, FIRST, BookedGate.State.RUNNING);
            assertFalse(book.forget(FIRST), "it goes on");
        }
    }

    @Test
    void hasAnEndToItsPatience() throws Exception {
        try (GateBook book = book(1)) {
            book.ask(FIRST, "chat");
            await(book, FIRST, BookedGate.State.RUNNING);
            for (int i = 0; i < 100; i++) {
                book.ask(new Release("prod", "chat", "w" + i), "chat");
            }
            GateBook.RefusedException refused =
                    assertThrows(GateBook.RefusedException.class, () -> book.ask(SECOND, "chat"));
            assertEquals(429, refused.status());
        }
    }

    @Test
    void startsNothingWithoutADirectoryOfScenarios() {
        try (GateBook book = new GateBook(directory.resolve("book"), Optional.empty(), 1, runner, CLOCK)) {
            GateBook.RefusedException refused =
                    assertThrows(GateBook.RefusedException.class, () -> book.ask(FIRST, "chat"));
            assertTrue(String.valueOf(refused.getMessage()).contains("--scenarios DIR"), refused.getMessage());
        }
    }

    @Test
    void aBrokenPageNamesThePlaceAndTheNextStep() throws Exception {
        Files.createDirectories(directory.resolve("book"));
        Files.writeString(directory.resolve("book").resolve("00.json"), "{\"format\": 1, \"release\": ");
        BundleException broken = assertThrows(BundleException.class, () -> book(1).close());
        assertTrue(String.valueOf(broken.getMessage()).contains("remove what is broken"), broken.getMessage());
    }
}
