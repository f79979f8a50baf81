package dev.plimsoll.scenarios;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where requests go, and how.
 *
 * @param urls base URLs, {@code http} or {@code https}; requests are spread over them round-robin
 * @param api the protocol
 * @param model a model's name, or {@code auto}: the first of {@code GET /v1/models}
 * @param stream whether answers are streamed as server-sent events
 * @param headers sent with each request, in order
 * @param timeout a request that has not ended by then has failed
 * @param connections how connections are used
 * @param http which version of HTTP is spoken
 * @param tls for {@code https}
 */
public record Target(
        List<URI> urls,
        Api api,
        String model,
        boolean stream,
        Map<String, String> headers,
        Duration timeout,
        Connections connections,
        Http http,
        Optional<Tls> tls) {
    /** The model name that means: ask the server. */
    public static final String MODEL_AUTO = "auto";

    /** Checks the components. */
    public Target {
        urls = List.copyOf(urls);
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        Rule.require(!urls.isEmpty(), "target.url names at least one URL", "[]");
        for (URI url : urls) {
            Rule.require(
                    ("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null,
                    "a target URL is http://host[:port][/path] or https://…",
                    url);
        }
        Rule.notBlank(model, "target.model");
        Rule.positive(timeout, "target.timeout");
    }

    /** A target whose version of HTTP is found out. */
    public Target(
            List<URI> urls,
            Api api,
            String model,
            boolean stream,
            Map<String, String> headers,
            Duration timeout,
            Connections connections,
            Optional<Tls> tls) {
        this(urls, api, model, stream, headers, timeout, connections, Http.AUTO, tls);
    }

    /** Which version of HTTP is spoken. */
    public enum Http {
        /** HTTP/2 where every URL is {@code https} and every server chooses it by ALPN; HTTP/1.1 otherwise. */
        AUTO("auto"),
        /** HTTP/1.1. */
        HTTP_1_1("1.1"),
        /** HTTP/2: by ALPN with {@code https}, with prior knowledge else. */
        HTTP_2("2");

        private final String label;

        Http(String label) {
            this.label = label;
        }

        /** The word in scenarios. */
        public String label() {
            return label;
        }
    }

    /** What speaks TLS. */
    public enum TlsProvider {
        /** OpenSSL where its library works, the JDK otherwise. */
        AUTO,
        /** OpenSSL's interface, in the build by BoringSSL that comes with Plimsoll. */
        OPENSSL,
        /** The JDK. */
        JDK;

        /** The word in scenarios. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How connections are used.
     *
     * @param max connections at most, over all agents
     * @param reuse whether a connection serves one request after another; else each request opens its own
     */
    public record Connections(int max, boolean reuse) {
        /** As many as wanted up to 1,024, reused. */
        public static final Connections DEFAULT = new Connections(1024, true);

        /** Checks the components. */
        public Connections {
            Rule.require(max >= 1 && max <= 1_000_000, "connections.max is from 1 to 1,000,000", max);
        }
    }

    /**
     * How {@code https} is spoken.
     *
     * @param ca file of PEM certificates to trust in place of the system's
     * @param cert file of the client's PEM certificate chain
     * @param key file of the client's PEM private key
     * @param verify whether the server's certificate and name are checked
     * @param serverName the name that is asked for (SNI) and looked for in the certificate; absent: the URL's host
     * @param provider what speaks it
     */
    public record Tls(
            Optional<String> ca,
            Optional<String> cert,
            Optional<String> key,
            boolean verify,
            Optional<String> serverName,
            TlsProvider provider) {
        /** What holds where a scenario says nothing: the system's certificates, checked. */
        public static final Tls DEFAULT = new Tls(Optional.empty(), Optional.empty(), Optional.empty(), true);

        /** Labels of letters, digits and dashes. */
        static final String SERVER_NAME =
                "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*";

        /** Checks the components. */
        public Tls {
            Rule.require(
                    cert.isPresent() == key.isPresent(),
                    "tls.cert and tls.key come together",
                    cert.isPresent() ? "cert alone" : "key alone");
            serverName.ifPresent(name -> Rule.require(
                    name.length() <= 253 && name.matches(SERVER_NAME),
                    "tls.server_name is a host's name, such as gpu.example",
                    "\"" + name + "\""));
        }

        /** The server is asked for by the URL's host. */
        public Tls(Optional<String> ca, Optional<String> cert, Optional<String> key, boolean verify) {
            this(ca, cert, key, verify, Optional.empty(), TlsProvider.AUTO);
        }
    }
}
