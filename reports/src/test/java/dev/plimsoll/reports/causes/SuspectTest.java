package dev.plimsoll.reports.causes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SuspectTest {
    private static boolean explains(String metric, double before, double during, double extra, double lost) {
        return Suspect.find(metric).orElseThrow().test().passes(new Suspect.Move(before, during, extra, lost));
    }

    @Test
    void aMillisecondOfLagExplainsNoLossOfThroughput() {
        /* 70 % fewer requests ended in intervals of a second: a delay of 700 ms in each, and a quarter of it is 175 ms. */
        assertFalse(explains("send_lag", 0.2, 1.2, 700, 7000));
        assertTrue(explains("send_lag", 0.2, 180, 700, 7000));
    }

    @Test
    void lossesAreAsManyAsTheSecondsThatRequestsLost() {
        /* 12 requests a second took 2 s longer: 24 s in each second, of which 3 losses account for 3 s at most. */
        assertFalse(explains("network.retransmits", 0, 3, 2000, 24_000));
        assertTrue(explains("network.retransmits", 0, 12, 2000, 24_000));
        /* 12 requests a second took 100 ms longer: 1.2 s in each second. */
        assertTrue(explains("network.retransmits", 0, 3, 100, 1200));
    }

    @Test
    void aQueueWeighsLessThanWhatItFollowsFrom() {
        assertEquals(0.7, Suspect.find("vllm.requests.waiting").orElseThrow().weight());
        assertEquals(0.85, Suspect.custom("queue.depth", 0).weight());
        assertEquals(1, Suspect.find("vllm.kv_cache.usage").orElseThrow().weight());
    }
}
