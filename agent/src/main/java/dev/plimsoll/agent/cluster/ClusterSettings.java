package dev.plimsoll.agent.cluster;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Where a process joins the cluster of a run.
 *
 * <p>A member listens on three ports: {@code port} for membership, {@code port + 1} for failure detection, and
 * {@code port + 2} for messages. All members must reach each other on them.
 *
 * @param name the cluster's name; members of different names do not see each other, so each run has its own
 * @param bindHost the host name or address of this machine to listen on
 * @param port the first of the three ports, from 1024 to 65533
 * @param members {@code host:port} of members to join. Empty, or this member alone, makes it the first, which waits for
 *     nobody; any other waits until one of them answers
 */
public record ClusterSettings(String name, String bindHost, int port, List<String> members) {
    /** Listens on this machine only. */
    public static final String LOOPBACK = "127.0.0.1";

    static final int PORTS = 3;
    private static final int LOWEST_PORT = 1024;
    private static final int HIGHEST_PORT = 65_536 - PORTS;

    /** Checks the components and copies the list. */
    public ClusterSettings {
        requireNonNull(name, "name");
        requireNonNull(bindHost, "bindHost");
        members = List.copyOf(members);
        if (name.isBlank()) {
            throw new IllegalArgumentException("a cluster has a name, not \"" + name + "\"");
        }
        if (!bindHost.matches("[A-Za-z0-9.:_-]+")) {
            throw new IllegalArgumentException(
                    "a cluster member listens on a host name or an address, not \"" + bindHost + "\"");
        }
        if (port < LOWEST_PORT || port > HIGHEST_PORT) {
            throw new IllegalArgumentException(
                    "a cluster port is from " + LOWEST_PORT + " to " + HIGHEST_PORT + ", not " + port);
        }
        members.forEach(ClusterSettings::initialHost);
    }

    /** This member, as others name it in {@code members}. */
    public String self() {
        return bindHost + ":" + port;
    }

    /** Whether there is nobody to join. */
    public boolean first() {
        return members.stream().allMatch(self()::equals);
    }

    int detectionPort() {
        return port + 1;
    }

    int messagePort() {
        return port + 2;
    }

    /** The members in JGroups' notation, {@code host[port],…}; this one where there is no other. */
    String initialHosts() {
        List<String> hosts = members.isEmpty() ? List.of(self()) : members;
        return String.join(",", hosts.stream().map(ClusterSettings::initialHost).toList());
    }

    private static String initialHost(String member) {
        int colon = member.lastIndexOf(':');
        String host = colon < 0 ? "" : member.substring(0, colon);
        String port = member.substring(colon + 1);
        if (!host.matches("[A-Za-z0-9.:_-]+") || !port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("a cluster member is HOST:PORT, not \"" + member + "\"");
        }
        return host + "[" + port + "]";
    }
}
