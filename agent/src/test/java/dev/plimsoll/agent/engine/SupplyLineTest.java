package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestFactory;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Requests rendered ahead, filled and taken by one thread here. */
class SupplyLineTest {
    private static final int BYTES = 100;

    private static AheadSupply supply(int capacity, AtomicLong budget, long unrenderable) {
        RequestFactory factory = new RequestFactory() {
            @Override
            public RequestContent create(long stream, long sequence) {
                if (sequence == unrenderable) {
                    throw new IllegalStateException("no paper left");
                }
                return new RequestContent(0, "GET", "/" + sequence, Map.of(), new byte[0], TestClient.HTTP);
            }

            @Override
            public RequestContent sample(int spec, long sequence) {
                return create(0, sequence);
            }
        };
        Rendering renderer = (content, url) -> {
            int number = Integer.parseInt(content.path().substring(1));
            return new RenderedRequest(number, 0, Unpooled.wrappedBuffer(new byte[BYTES]), content.answer(), false);
        };
        // As many URLs as requests, so that a request's URL is its sequence number.
        return new AheadSupply(factory, renderer, 0, 0, 1, 1_000, capacity, budget);
    }

    private static int take(Supply supply) {
        RenderedRequest request = supply.poll();
        if (request == null) {
            request = supply.renderNow();
        }
        assertTrue(request.bytes().release());
        return request.url();
    }

    @Test
    void requestsComeInOrderWhoeverRendersThem() {
        AtomicLong budget = new AtomicLong(1_000_000);
        AheadSupply supply = supply(4, budget, -1);
        int next = 0;
        for (int filled = 0; filled < 6; filled++) {
            assertEquals(filled == 0 ? 4 : Math.min(4, filled - 1), supply.fill(100), "the ring's free places");
            for (int i = 0; i < filled; i++) {
                assertEquals(next++, take(supply));
            }
        }
        supply.close();
        assertEquals(1_000_000, budget.get(), "all memory was given back");
    }

    @Test
    void whatIsRenderedAheadEndsWithTheMemoryAndComesBackWithThePhase() {
        AtomicLong budget = new AtomicLong(3 * BYTES);
        AheadSupply first = supply(10, budget, -1);
        AheadSupply second = supply(10, budget, -1);
        assertEquals(3, first.fill(100));
        assertEquals(0, second.fill(100));
        first.finish();
        assertEquals(0, first.fill(100));
        assertEquals(3, second.fill(100));
        assertNull(first.poll());
        assertNotNull(second.poll());
    }

    @Test
    void aRequestThatCannotBeRenderedDoesNotStopThoseBehindIt() {
        AheadSupply supply = supply(10, new AtomicLong(1_000_000), 2);
        assertThrows(IllegalStateException.class, () -> supply.fill(100));
        supply.skip();
        assertEquals(7, supply.fill(100));
        assertEquals(0, take(supply));
        assertEquals(1, take(supply));
        assertNull(supply.poll());
        assertThrows(IllegalStateException.class, supply::renderNow);
        assertEquals(3, take(supply));
    }

    @Test
    void everyPhaseHasMemoryOfItsOwn() {
        List<AtomicLong> budgets = SupplyLine.budgets(4);
        assertEquals(4, budgets.size());
        assertEquals(256L << 20, budgets.stream().mapToLong(AtomicLong::get).sum());
        budgets.getFirst().set(0);
        assertTrue(budgets.get(1).get() > 0);
    }
}
