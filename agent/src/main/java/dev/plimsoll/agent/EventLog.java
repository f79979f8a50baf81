package dev.plimsoll.agent;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.measurements.AgentEvent;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** What an agent tells of a run besides numbers. Safe for use by several threads. */
final class EventLog {
    /** How many events of one kind are told. */
    static final int PER_KIND = 5;

    private final String run;
    private final String agent;
    private final Consumer<Report> reports;
    private final Map<String, AtomicInteger> told = new ConcurrentHashMap<>();

    EventLog(String run, String agent, Consumer<Report> reports) {
        this.run = requireNonNull(run, "run");
        this.agent = requireNonNull(agent, "agent");
        this.reports = requireNonNull(reports, "reports");
    }

    /** Tells something. */
    void tell(String type, String sentence, Map<String, String> detail) {
        reports.accept(new Report.Event(run, new AgentEvent(agent, WallClock.micros(), type, sentence, detail)));
    }

    /** Tells something unless as much of its kind was told. */
    void tell(String kind, int limit, String type, String sentence, Map<String, String> detail) {
        int before = told.computeIfAbsent(kind, key -> new AtomicInteger()).getAndIncrement();
        if (before < limit) {
            tell(type, sentence, detail);
        }
    }
}
