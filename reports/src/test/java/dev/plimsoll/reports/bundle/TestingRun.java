package dev.plimsoll.reports.bundle;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run's description. */
public final class TestingRun {
    /** The id of the testing run. */
    public static final String ID = "20260101-093000-250-7f3a2c";
    /** When its load began. */
    public static final Instant LOAD_STARTED = Instant.parse("2026-01-01T09:30:05Z");

    private TestingRun() {}

    /** A run of one agent. */
    public static RunInfo info(String run, RunInfo.Status status) {
        return new RunInfo(
                RunInfo.FORMAT,
                run,
                new RunInfo.ScenarioRef("chat", "abc123"),
                status,
                "",
                Instant.parse("2026-01-01T09:30:00.250Z"),
                status == RunInfo.Status.RUNNING
                        ? Optional.empty()
                        : Optional.of(Instant.parse("2026-01-01T09:31:00Z")),
                Optional.of(LOAD_STARTED),
                "1.0.0",
                "epoll",
                List.of(new RunInfo.AgentRef("a1", "here", "1.0.0", "host", 12, 40, "finished")),
                new RunInfo.TargetRef(
                        List.of("http://127.0.0.1:8000"), List.of("m"), "m", "0.32.0", Map.of("block_size", "16")),
                List.of());
    }
}
