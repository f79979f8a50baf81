package dev.plimsoll.agent.sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.sockets.SocketBudget.Shortage;
import dev.plimsoll.agent.sockets.SocketLimits.Ports;
import dev.plimsoll.agent.sockets.SocketLimits.TimeWaitReuse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketBudgetTest {
    /** 28,232 ports, the default of Linux. */
    private static final Ports PORTS = new Ports(32_768, 60_999);

    private static SocketLimits limits(long files, TimeWaitReuse reuse) {
        return new SocketLimits(OptionalLong.of(files), 50, Optional.of(PORTS), reuse);
    }

    private static SocketNeed need(int surely, int most, double perSecond, int seconds) {
        return new SocketNeed("steady", surely, most, perSecond, Duration.ofSeconds(seconds), 1, false);
    }

    private static List<Shortage> of(SocketNeed need, SocketLimits limits) {
        return SocketBudget.of(List.of(need), limits);
    }

    @ParameterizedTest
    @CsvSource({
        // 50 are open: 950 more fit into 1,000, and 886 leave the reserve of 64.
        "886, 886, none",
        "887, 887, maybe",
        "950, 950, maybe",
        "951, 951, sure",
        "1, 887, maybe",
        "1, 886, none",
    })
    void filesThatAreSureToRunOutAreToldFromThoseThatMay(int surely, int most, String expected) {
        List<Shortage> found = of(need(surely, most, 0, 60), limits(1_000, TimeWaitReuse.NEVER));
        String outcome = found.isEmpty() ? "none" : found.getFirst().sure() ? "sure" : "maybe";
        assertEquals(expected, outcome);
    }

    @Test
    void sentenceNamesTheLimitToSet() {
        Shortage shortage =
                of(need(500, 500, 0, 60), limits(64, TimeWaitReuse.NEVER)).getFirst();
        assertTrue(shortage.sure());
        // 50 + 64 + 500 = 614, the next multiple of 1,024.
        assertEquals(
                "phase steady needs 500 connections at once, and this process may open 64 files, of which 50 are open:"
                        + " set `ulimit -n 1024` before it starts, lower the load or target.connections.max, or use"
                        + " more agents on other machines",
                shortage.sentence());
    }

    @Test
    void unlimitedFilesAreEnough() {
        SocketLimits unlimited = new SocketLimits(OptionalLong.empty(), 50, Optional.empty(), TimeWaitReuse.NEVER);
        assertEquals(List.of(), of(need(1_000_000, 1_000_000, 1e6, 60), unlimited));
    }

    @Test
    void portsOfConnectionsAtOnce() {
        SocketLimits limits = limits(10_000_000, TimeWaitReuse.NEVER);
        assertEquals(List.of(), of(need(28_232, 28_232, 0, 60), limits));
        Shortage sure = of(need(28_233, 28_233, 0, 60), limits).getFirst();
        assertTrue(sure.sure());
        assertTrue(sure.sentence().contains("28,232 local ports"), sure.sentence());
        assertTrue(sure.sentence().contains("net.ipv4.ip_local_port_range (now 32768 to 60999)"), sure.sentence());
        assertFalse(of(need(1, 28_233, 0, 60), limits).getFirst().sure());
    }

    @Test
    void eachDestinationHasPortsOfItsOwn() {
        SocketNeed two = new SocketNeed("steady", 50_000, 50_000, 0, Duration.ofSeconds(60), 2, false);
        assertEquals(List.of(), of(two, limits(10_000_000, TimeWaitReuse.NEVER)));
    }

    @ParameterizedTest
    @CsvSource({
        // Rate × min(duration, 60 s) against 28,232 ports.
        "470, 60, NEVER, false, none", // 28,200
        "471, 60, NEVER, false, maybe", // 28,260
        "471, 600, NEVER, false, maybe",
        "1000, 28, NEVER, false, none", // 28,000
        "1000, 29, NEVER, false, maybe", // 29,000
        "20000, 600, ALWAYS, false, none", // for 1 s each
        "30000, 600, ALWAYS, false, maybe",
        "20000, 600, LOOPBACK, true, none",
        "20000, 600, LOOPBACK, false, maybe",
    })
    void portsOfClosedConnections(
            double perSecond, int seconds, TimeWaitReuse reuse, boolean loopback, String expected) {
        SocketNeed need = new SocketNeed("steady", 1, 10, perSecond, Duration.ofSeconds(seconds), 1, loopback);
        List<Shortage> found = of(need, limits(10_000_000, reuse));
        assertEquals(expected, found.isEmpty() ? "none" : found.getFirst().sure() ? "sure" : "maybe");
        found.forEach(
                shortage -> assertTrue(shortage.sentence().contains("net.ipv4.tcp_tw_reuse"), shortage.sentence()));
    }

    @Test
    void worstPhaseIsTold() {
        SocketNeed warm = new SocketNeed("warm", 1, 2_000, 0, Duration.ofSeconds(60), 1, true);
        SocketNeed hot = new SocketNeed("hot", 1_500, 1_500, 0, Duration.ofSeconds(60), 1, true);
        List<Shortage> found = SocketBudget.of(List.of(warm, hot), limits(1_000, TimeWaitReuse.NEVER));
        assertEquals(1, found.size());
        assertTrue(found.getFirst().sure());
        assertTrue(
                found.getFirst().sentence().startsWith("phase hot needs 1,500"),
                found.getFirst().sentence());
        List<Shortage> may = SocketBudget.of(List.of(warm), limits(1_000, TimeWaitReuse.NEVER));
        assertTrue(
                may.getFirst().sentence().startsWith("phase warm may need 2,000"),
                may.getFirst().sentence());
    }
}
