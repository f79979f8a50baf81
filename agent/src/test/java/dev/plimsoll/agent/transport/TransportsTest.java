package dev.plimsoll.agent.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.transport.Transport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransportsTest {
    @Test
    void bestTransportRunsVertxUnderItsName() throws Exception {
        Transport best = Transports.best();
        Vertx vertx = Vertx.builder().withTransport(best).build();
        try {
            assertEquals(best.name(), Transports.nameOf(vertx));
            assertTrue(List.of("io_uring", "epoll", "nio").contains(best.name()), best.name());
            assertNotNull(Transports.sockets(vertx).newChannel());
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void forcedTransportIsUsed() throws Exception {
        Vertx vertx = Vertx.builder()
                .withTransport(Transports.choose(Optional.of("nio")))
                .build();
        try {
            assertEquals("nio", Transports.nameOf(vertx));
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void withoutWishTheBestIsChosen() {
        assertEquals(
                Transports.best().name(), Transports.choose(Optional.empty()).name());
    }

    @Test
    void unknownTransportIsRefused() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Transports.choose(Optional.of("rdma")));
        assertEquals("no transport \"rdma\" here: it is io_uring, epoll or nio", refused.getMessage());
    }
}
