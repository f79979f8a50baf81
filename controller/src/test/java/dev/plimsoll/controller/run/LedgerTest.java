package dev.plimsoll.controller.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.bundle.NodeLine;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunId;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.render.Progress;
import dev.plimsoll.reports.render.ProgressLine;
import dev.plimsoll.reports.results.GeneratorFitness;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    private static final Instant STARTED = Instant.parse("2026-01-01T00:00:00Z");
    private static final RunObserver NOBODY = new RunObserver() {
        @Override
        public void started(Path bundle) {}

        @Override
        public void event(RunEvent event) {}

        @Override
        public void progress(ProgressLine.Place place, Progress progress) {}
    };

    @TempDir
    private Path store;

    private Instant now = STARTED;

    @Test
    void whatComesBeforeTheLoadIsWrittenAtOnceAndPlacedAnewWhenTheLoadStarts() {
        InstantSource clock = () -> now;
        RunInfo info = new RunInfo(
                RunInfo.FORMAT,
                RunId.create(STARTED, new Random(7)),
                new RunInfo.ScenarioRef("early", "abc"),
                RunInfo.Status.RUNNING,
                "",
                STARTED,
                Optional.empty(),
                Optional.empty(),
                "1.0.0",
                "nio",
                List.of(),
                new RunInfo.TargetRef(List.of("http://127.0.0.1:1"), List.of(), "", "", Map.of()),
                List.of());
        RunBundleWriter writer = RunBundleWriter.create(store, info, "name: early\n");
        try (Ledger ledger =
                new Ledger(writer, List.of(), new Secrets(Set.of()), NOBODY, clock, GeneratorFitness.Limits.DEFAULT)) {
            RunBundle bundle = RunBundle.open(ledger.directory());
            now = STARTED.plusSeconds(2);
            ledger.event("agents", "2 agents ready");
            ledger.sample(new NodeSample(
                    "box", "local", "one", now.toEpochMilli() * 1_000, Map.of("cpu.utilization", Reading.of(5))));
            assertEquals(List.of(2.0), times(bundle.events()));
            assertEquals(List.of(2.0), bundle.nodes().stream().map(NodeLine::t).toList());

            ledger.legStarts(0, STARTED.plusSeconds(6));
            /* 2 s − 6 s. */
            assertEquals(List.of(-4.0), times(bundle.events()));
            assertEquals(List.of(-4.0), bundle.nodes().stream().map(NodeLine::t).toList());

            now = STARTED.plusSeconds(7);
            ledger.event("phase", "phase steady began");
            assertEquals(List.of(-4.0, 1.0), times(bundle.events()));
            assertEquals(Set.of("box"), Set.copyOf(ledger.results().nodes()));
        }
    }

    private static List<Double> times(List<RunEvent> events) {
        return new ArrayList<>(events.stream().map(RunEvent::t).toList());
    }
}
