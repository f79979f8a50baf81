package dev.plimsoll.agent.engine;

import java.net.InetSocketAddress;

/** The addresses of one target URL, taken in turn by its connections. Confined to one event loop. */
final class AddressTurn {
    private final Endpoint endpoint;
    private final boolean[] failed;
    private int next;

    /** Begins with the first address. */
    AddressTurn(Endpoint endpoint) {
        this.endpoint = endpoint;
        failed = new boolean[endpoint.addresses().size()];
    }

    /** How many addresses there are. */
    int count() {
        return failed.length;
    }

    /** The index of the address to try next: in turn, those that failed last time only when no other is left. */
    int next() {
        for (int i = 0; i < failed.length; i++) {
            int index = (next + i) % failed.length;
            if (!failed[index]) {
                next = index + 1;
                return index;
            }
        }
        int index = next % failed.length;
        next = index + 1;
        return index;
    }

    /** The address of that index. */
    InetSocketAddress address(int index) {
        return endpoint.addresses().get(index);
    }

    /** Takes note of how an attempt to connect to that address went. */
    void tried(int index, boolean opened) {
        failed[index] = !opened;
    }
}
