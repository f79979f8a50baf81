package dev.plimsoll.agent.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A target URL as connections need it.
 *
 * @param host the name or address in the URL, an IPv6 address without brackets
 * @param port the TCP port
 * @param tls whether the URL begins with {@code https}
 * @param serverName the name that TLS asks for (SNI) and looks for in the certificate; by default the host
 * @param addresses what the name stands for, at least one; connections are spread over them in turn
 */
public record Endpoint(String host, int port, boolean tls, String serverName, List<InetSocketAddress> addresses) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Checks the components and copies the list. */
    public Endpoint {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException(host + " has no address");
        }
    }

    /** An endpoint that TLS asks for by its host. */
    public Endpoint(String host, int port, boolean tls, List<InetSocketAddress> addresses) {
        this(host, port, tls, host, addresses);
    }

    /**
     * Looks up the names in these URLs. Blocks: not for event loops.
     *
     * @throws UnknownHostException names the host that could not be found
     */
    public static List<Endpoint> resolve(List<URI> urls) throws UnknownHostException {
        return resolve(urls, Optional.empty());
    }

    /**
     * Looks up the names in these URLs. Blocks: not for event loops.
     *
     * @param serverName what TLS asks for in place of the host
     * @throws UnknownHostException names the host that could not be found
     */
    public static List<Endpoint> resolve(List<URI> urls, Optional<String> serverName) throws UnknownHostException {
        List<Endpoint> endpoints = new ArrayList<>(urls.size());
        for (URI url : urls) {
            endpoints.add(resolve(url, serverName));
        }
        return List.copyOf(endpoints);
    }

    private static Endpoint resolve(URI url, Optional<String> serverName) throws UnknownHostException {
        boolean tls = "https".equals(url.getScheme());
        String host = url.getHost();
        if (host == null) {
            throw new UnknownHostException("the URL " + withoutUser(url) + " names no host");
        }
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = url.getPort() >= 0 ? url.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(host)) {
            addresses.add(new InetSocketAddress(address, port));
        }
        return new Endpoint(host, port, tls, serverName.orElse(host), addresses);
    }

    /** A URL as a sentence may show it: a user name and a password are secret. */
    private static String withoutUser(URI url) {
        String authority = String.valueOf(url.getRawAuthority());
        return url.getScheme() + "://" + authority.substring(authority.lastIndexOf('@') + 1);
    }

    /** Host and port as they are written in a URL. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
