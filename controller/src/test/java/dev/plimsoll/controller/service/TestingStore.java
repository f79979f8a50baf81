package dev.plimsoll.controller.service;

import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A store of bundles, written as runs write them. */
final class TestingStore {
    private final Path directory;

    TestingStore(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    private static RunInfo info(String run, String scenario, RunInfo.Status status) {
        return new RunInfo(
                RunInfo.FORMAT,
                run,
                new RunInfo.ScenarioRef(scenario, "abc123"),
                status,
                "",
                Instant.parse("2026-01-01T09:30:00Z"),
                status == RunInfo.Status.RUNNING
                        ? Optional.empty()
                        : Optional.of(Instant.parse("2026-01-01T09:31:00Z")),
                Optional.empty(),
                "1.0.0",
                "epoll",
                List.of(),
                new RunInfo.TargetRef(List.of("http://127.0.0.1:8000"), List.of(), "", "", Map.of()),
                List.of());
    }

    /** A run that goes on. */
    RunBundleWriter begin(String run, String scenario) {
        return RunBundleWriter.create(
                directory, info(run, scenario, RunInfo.Status.RUNNING), "name: " + scenario + "\n");
    }

    /** A run that has ended and has no verdict. */
    void end(String run, String scenario) {
        try (RunBundleWriter writer = begin(run, scenario)) {
            writer.update(info(run, scenario, RunInfo.Status.FINISHED));
        }
    }

    /** A run that has ended, with its verdict. */
    void judge(String run, String scenario, Verdict.Outcome outcome) {
        try (RunBundleWriter writer = begin(run, scenario)) {
            conclude(writer, run, scenario, outcome);
        }
    }

    /** The end of a run that goes on. */
    static void conclude(RunBundleWriter writer, String run, String scenario, Verdict.Outcome outcome) {
        writer.update(info(run, scenario, RunInfo.Status.FINISHED));
        writer.verdict(new Verdict(1, run, outcome, List.of("the reason of " + outcome), List.of()));
    }

    /** As if nothing had been written to the run since then. */
    void age(String run, Instant since) {
        try (Stream<Path> files = Files.list(directory.resolve(run))) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(since));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
