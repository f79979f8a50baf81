package dev.plimsoll.agent.probes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.scenarios.LocalProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class JvmLocatorTest {
    private static final LocalJvm THIS = new LocalJvm(ProcessHandle.current().pid());

    @Test
    void aJvmIsFoundByItsId() throws Exception {
        assertEquals(THIS, JvmLocator.of(new LocalProcess.OfPid(THIS.pid())).find());
    }

    @Test
    void aJvmIsFoundByThePortItListensOn() throws Exception {
        for (String address : new String[] {"127.0.0.1", "::1"}) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
                assertEquals(
                        THIS,
                        JvmLocator.of(new LocalProcess.OfPort(socket.getLocalPort()))
                                .find());
            } catch (java.net.BindException e) {
                assertTrue(address.contains(":"), "only IPv6 may be missing");
            }
        }
    }

    @Test
    void aPortOnWhichNothingListensIsNamed() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        IOException nothing = assertThrows(
                IOException.class,
                () -> JvmLocator.of(new LocalProcess.OfPort(port)).find());
        assertEquals("nothing listens on port " + port + " of the agent's machine", nothing.getMessage());
    }

    @Test
    void theJdksToolsAreFound() {
        assertTrue(THIS.tool("jstat").isPresent());
        assertTrue(THIS.tool("there-is-no-such-tool").isEmpty());
    }
}
