package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Legs over the event bus, from the command to the report of the end. */
class LegRunTest {
    private static ScheduleServer server(long serviceMillis) {
        return ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(serviceMillis)));
    }

    private static String yaml(String url, String more, String... phases) {
        StringBuilder yaml = new StringBuilder("""
                name: legs
                target: {url: "%s", api: http, timeout: 5s}
                workload: [{name: get, request: {method: GET, path: /}}]
                %s
                phases:
                """.formatted(url, more));
        for (String phase : phases) {
            yaml.append("  - {").append(phase).append("}\n");
        }
        return yaml.toString();
    }

    @Test
    void aRequestBelongsToThePhaseThatScheduledIt() throws Exception {
        try (ScheduleServer server = server(300);
                TestAgent agent = new TestAgent(2)) {
            String first = "name: first, duration: 500ms, rate: 40/s, arrivals: constant";
            String second = "name: second, duration: 1s, rate: 20/s, arrivals: constant";
            LegReports leg = agent.run(yaml(server.url(), "", first, second), 2);
            RequestCounts of = leg.counts("first");
            assertEquals(20, of.scheduled());
            assertEquals(20, of.succeeded(), of::toString);
            assertEquals(20, leg.counts("second").succeeded());
            // What ends in a phase is counted in its window, whoever scheduled it: the first phase's last requests end
            // 300 ms later, in the second; the second's end after the last phase, in no window.
            long windows = of.windowEnded() + leg.counts("second").windowEnded();
            assertTrue(of.windowEnded() < 20, of::toString);
            assertTrue(windows < 40 && windows >= 20, () -> "ended in windows: " + windows);
        }
    }

    @Test
    void everyRoundIsALegOfItsMeasuredPhases() throws Exception {
        try (ScheduleServer server = server(1);
                TestAgent agent = new TestAgent(1)) {
            String warm = "name: warm, duration: 300ms, rate: 100/s, arrivals: constant, measure: false";
            String load = "name: load, duration: 300ms, rate: 100/s, arrivals: constant";
            agent.adopt(yaml(server.url(), "repeat: 2", warm, load), 1);
            agent.start(0);
            assertInstanceOf(Answer.Refused.class, agent.prepare(1));
            LegReports first = agent.ended();
            assertEquals(30, first.counts("warm").succeeded());
            assertEquals(30, first.counts("load").succeeded());
            agent.start(1);
            LegReports second = agent.ended();
            assertEquals(0, second.counts("warm").scheduled());
            assertEquals(30, second.counts("load").succeeded());
            assertEquals(
                    1, second.intervals.getFirst().requests().getFirst().key().round());
            assertEquals(90, server.records().size());
        }
    }

    @Test
    void usersThinkBetweenTheirRequests() throws Exception {
        try (ScheduleServer server = server(1);
                TestAgent agent = new TestAgent(2)) {
            String load = "name: load, duration: 1050ms, concurrency: 3, think_time: 200ms";
            RequestCounts counts = agent.run(yaml(server.url(), "", load), 2).counts("load");
            // Each request takes at least 1 ms and is followed by 200 ms: at most 1,050/201 + 1 = 6 a user.
            assertEquals(counts.scheduled(), counts.succeeded(), counts::toString);
            assertTrue(counts.scheduled() <= 18 && counts.scheduled() >= 6, counts::toString);
        }
    }

    @Test
    void usersOfATargetThatRefusesConnectionsRestBetweenTheirAttempts() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (TestAgent agent = new TestAgent(2)) {
            String load = "name: load, duration: 1050ms, concurrency: 3";
            RequestCounts counts =
                    agent.run(yaml("http://127.0.0.1:" + port, "", load), 2).counts("load");
            // At most one attempt each 100 ms, the first at once: 11 a user.
            assertEquals(counts.scheduled(), counts.errors(ErrorClass.CONNECT), counts::toString);
            assertTrue(counts.scheduled() <= 33 && counts.scheduled() >= 6, counts::toString);
        }
    }

    @Test
    void whatHasNotEndedWhenTheDrainIsOverIsATimeout() throws Exception {
        try (ScheduleServer server = server(20_000);
                TestAgent agent = new TestAgent(2)) {
            String load = "name: load, duration: 500ms, concurrency: 4, drain: 300ms";
            LegReports leg = agent.run(yaml(server.url(), "", load), 2);
            assertEquals(4, leg.counts("load").scheduled());
            assertEquals(4, leg.counts("load").errors(ErrorClass.TIMEOUT));
            // Sent at the start, given up 500 + 300 ms later, long before the timeout of 5 s.
            long latency = leg.histogram("load", "failed_latency").getMinValue();
            assertTrue(latency >= 799_000_000L, () -> "ended after " + latency + " ns");
            assertTrue(latency < 4_000_000_000L, () -> "ended after " + latency + " ns");
        }
    }

    @Test
    void aLegThatIsStoppedAwaitsWhatIsUnderWay() throws Exception {
        try (ScheduleServer server = server(400);
                TestAgent agent = new TestAgent(2)) {
            agent.adopt(yaml(server.url(), "", "name: load, duration: 60s, rate: 20/s, arrivals: constant"), 2);
            assertInstanceOf(Answer.Refused.class, agent.tell(new Command.StopLeg("r1", 0, "too early")));
            agent.start(0);
            LegReports leg = new LegReports();
            while (leg.intervals.isEmpty()) {
                leg.add(agent.next());
            }
            assertInstanceOf(Answer.Refused.class, agent.tell(new Command.StopLeg("r1", 1, "another")));
            assertInstanceOf(Answer.Done.class, agent.tell(new Command.StopLeg("r1", 0, "seen enough")));
            while (!leg.add(agent.next())) {
                continue;
            }
            RequestCounts counts = leg.counts("load");
            assertTrue(counts.scheduled() >= 20 && counts.scheduled() < 400, counts::toString);
            assertEquals(counts.scheduled(), counts.succeeded(), counts::toString);
            assertTrue(leg.hasEvent("stop"));
        }
    }

    /** Arrivals each 50 ms from 0 on: 24 lie before 1,200 ms, which is told well before. */
    @Test
    void aLegWhoseEndIsToldSchedulesExactlyWhatComesBeforeIt() throws Exception {
        try (ScheduleServer server = server(1);
                TestAgent agent = new TestAgent(2)) {
            String load = "name: load, duration: 60s, rate: 20/s, arrivals: constant";
            agent.adopt(yaml(server.url(), "", load), 2);
            assertInstanceOf(Answer.Refused.class, agent.tell(new Command.EndLeg("r1", 0, 1)));
            assertInstanceOf(Answer.Prepared.class, agent.prepare(0));
            long start = WallClock.micros();
            assertInstanceOf(Answer.Done.class, agent.tell(new Command.StartLeg("r1", 0, start)));
            long end = start + 1_200_000;
            assertEquals(new Answer.Ends(0, end), agent.tell(new Command.EndLeg("r1", 0, end)));
            RequestCounts counts = agent.ended().counts("load");
            assertEquals(24, counts.scheduled(), counts::toString);
            assertEquals(24, counts.succeeded(), counts::toString);
        }
    }

    /** Users that would think on, and a phase that would begin later, end with it; the answer says how late it came. */
    @Test
    void anEndThatHasPassedIsNowForAllPhases() throws Exception {
        try (ScheduleServer server = server(1);
                TestAgent agent = new TestAgent(2)) {
            String load = "name: load, duration: 30s, concurrency: 3, think_time: 100ms";
            String next = "name: next, duration: 30s, rate: 20/s";
            agent.adopt(yaml(server.url(), "", load, next), 2);
            agent.start(0);
            LegReports leg = new LegReports();
            while (leg.intervals.isEmpty()) {
                leg.add(agent.next());
            }
            long before = WallClock.micros();
            Answer.Ends ends =
                    assertInstanceOf(Answer.Ends.class, agent.tell(new Command.EndLeg("r1", 0, before - 1_000_000)));
            assertTrue(ends.wallMicros() >= before, ends::toString);
            while (!leg.add(agent.next())) {
                continue;
            }
            assertTrue(leg.counts("load").succeeded() >= 3);
            assertEquals(0, leg.counts("next").scheduled());
            assertTrue(leg.hasEvent("end"));
        }
    }

    @Test
    void aLegUnderWayReportsItsEndWhenTheAgentIsReleased() throws Exception {
        try (ScheduleServer server = server(20_000);
                TestAgent agent = new TestAgent(2)) {
            agent.adopt(yaml(server.url(), "", "name: load, duration: 60s, concurrency: 5"), 2);
            agent.start(0);
            assertInstanceOf(Answer.Done.class, agent.tell(new Command.Release("r1")));
            // All of it was acknowledged before the answer came.
            assertAllTold(agent, 5);
        }
    }

    @Test
    void aLegUnderWayReportsItsEndWhenTheAgentIsUndeployed() throws Exception {
        try (ScheduleServer server = server(20_000);
                TestAgent agent = new TestAgent(1)) {
            agent.adopt(yaml(server.url(), "", "name: load, duration: 60s, concurrency: 5"), 1);
            agent.start(0);
            agent.undeploy();
            assertAllTold(agent, 5);
        }
    }

    private static void assertAllTold(TestAgent agent, int failed) {
        LegReports leg = new LegReports();
        boolean ended = false;
        for (Report report : agent.rest()) {
            ended |= leg.add(report);
        }
        assertTrue(ended, "the leg's end was not told");
        assertEquals(failed, leg.counts("load").errors(ErrorClass.TIMEOUT));
        assertTrue(leg.hasEvent("abort"));
    }
}
