package dev.plimsoll.agent.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {
    private static ClusterSettings at(String host, int port, String... members) {
        return new ClusterSettings("run", host, port, List.of(members));
    }

    @Test
    void membersAreWrittenInJGroupsNotation() {
        assertEquals(
                "10.0.0.1[7800],gpu-0.lab[7900]",
                at("10.0.0.2", 7800, "10.0.0.1:7800", "gpu-0.lab:7900").initialHosts());
    }

    @Test
    void oneWithoutOthersIsTheFirst() {
        assertTrue(at("127.0.0.1", 7800).first());
        assertTrue(at("127.0.0.1", 7800, "127.0.0.1:7800").first());
        assertFalse(at("127.0.0.1", 7810, "127.0.0.1:7800").first());
        assertEquals("127.0.0.1[7800]", at("127.0.0.1", 7800).initialHosts());
    }

    @Test
    void impossibleValuesAreNamed() {
        assertEquals(
                "a cluster port is from 1024 to 65533, not 65534",
                assertThrows(IllegalArgumentException.class, () -> at("127.0.0.1", 65_534))
                        .getMessage());
        assertEquals(
                "a cluster member is HOST:PORT, not \"somewhere\"",
                assertThrows(IllegalArgumentException.class, () -> at("127.0.0.1", 7800, "somewhere"))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> at("127.0.0.1\" x=\"", 7800));
    }
}
