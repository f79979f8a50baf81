package dev.plimsoll.agent.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * A target URL as connections need it.
 *
 * @param host the name or address in the URL, an IPv6 address without brackets
 * @param port the TCP port
 * @param tls whether the URL begins with {@code https}
 * @param addresses what the name stands for, at least one; connections are spread over them in turn
 */
public record Endpoint(String host, int port, boolean tls, List<InetSocketAddress> addresses) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Checks the components and copies the list. */
    public Endpoint {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException(host + " has no address");
        }
    }

    /**
     * Looks up the names in these URLs. Blocks: not for event loops.
     *
     * @throws UnknownHostException names the host that could not be found
     */
    public static List<Endpoint> resolve(List<URI> urls) throws UnknownHostException {
        List<Endpoint> endpoints = new ArrayList<>(urls.size());
        for (URI url : urls) {
            endpoints.add(resolve(url));
        }
        return List.copyOf(endpoints);
    }

    private static Endpoint resolve(URI url) throws UnknownHostException {
        boolean tls = "https".equals(url.getScheme());
        String host = url.getHost();
        if (host == null) {
            throw new UnknownHostException("the URL " + url + " names no host");
        }
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = url.getPort() >= 0 ? url.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(host)) {
            addresses.add(new InetSocketAddress(address, port));
        }
        return new Endpoint(host, port, tls, addresses);
    }

    /** Host and port as they are written in a URL. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
