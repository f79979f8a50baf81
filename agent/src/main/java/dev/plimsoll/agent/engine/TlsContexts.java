package dev.plimsoll.agent.engine;

import dev.plimsoll.scenarios.Target.Tls;
import dev.plimsoll.scenarios.Target.TlsProvider;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.NetUtil;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * TLS as a scenario asks for it, spoken by OpenSSL or by the JDK.
 *
 * <p>Every connection makes a full handshake, as that of a new client does: no session of an earlier one is resumed, so
 * that {@code tls_time} means the same for the first connection and the last, and with either provider.
 */
public final class TlsContexts {
    private static final String PEM = "-----BEGIN";

    /**
     * What a connection calls its port when it looks for a session to resume. Sessions are kept by host and port, so a
     * number that was not used lately finds none.
     */
    private static final AtomicInteger SESSION = new AtomicInteger();

    private static final int SESSION_MASK = 0x3FFFFFFF;

    /** Which versions of HTTP a client offers in the handshake (ALPN, RFC 7301). */
    public enum Offer {
        /** None: the extension is left out, as HTTP/1.1 clients do. */
        NOTHING,
        /** HTTP/2 alone. */
        HTTP_2,
        /** HTTP/2, else HTTP/1.1. */
        EITHER;

        private List<String> names() {
            return this == EITHER
                    ? List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)
                    : List.of(ApplicationProtocolNames.HTTP_2);
        }
    }

    private TlsContexts() {}

    /**
     * What speaks TLS here: {@code openssl} or {@code jdk}. Loads OpenSSL's library unless the JDK is wanted.
     *
     * @throws IOException when OpenSSL is wanted and does not work here, with the reason
     */
    public static TlsProvider provider(TlsProvider wanted) throws IOException {
        if (wanted == TlsProvider.JDK) {
            return wanted;
        }
        Optional<Throwable> missing = missing();
        if (missing.isEmpty()) {
            return TlsProvider.OPENSSL;
        }
        if (wanted == TlsProvider.AUTO) {
            return TlsProvider.JDK;
        }
        String reason = missing.get().getMessage();
        throw new IOException(
                "target.tls.provider is openssl, which does not work here"
                        + (reason == null ? "" : " (" + reason + ")")
                        + ": leave it out, and the JDK speaks TLS where OpenSSL cannot",
                missing.get());
    }

    /** Why OpenSSL cannot be used; empty when it can. Its classes may be left out of an installation. */
    private static Optional<Throwable> missing() {
        try {
            return Optional.ofNullable(OpenSsl.unavailabilityCause());
        } catch (LinkageError noClasses) {
            return Optional.of(noClasses);
        }
    }

    /**
     * What speaks TLS with contexts of that kind: {@code openssl} or {@code jdk}.
     *
     * @param context made by {@link #client}
     */
    public static String nameOf(SslContext context) {
        return (context instanceof OpenSslContext ? TlsProvider.OPENSSL : TlsProvider.JDK).label();
    }

    /** The client side of TLS without ALPN. As {@link #client(Optional, Path, Offer)}. */
    public static SslContext client(Optional<Tls> tls, Path directory) throws IOException {
        return client(tls, directory, Offer.NOTHING);
    }

    /**
     * The client side of TLS. Reads files: not for event loops.
     *
     * @param tls what the scenario says; empty means the system's certificates, checked. A value that begins with
     *     {@code -----BEGIN} is the PEM text itself, any other is a file
     * @param directory where relative paths begin
     * @param offer which versions of HTTP are offered
     * @throws IOException names the file that cannot be read or does not hold what it should
     */
    public static SslContext client(Optional<Tls> tls, Path directory, Offer offer) throws IOException {
        Tls wanted = tls.orElse(Tls.DEFAULT);
        SslProvider provider =
                provider(wanted.provider()) == TlsProvider.OPENSSL ? SslProvider.OPENSSL : SslProvider.JDK;
        SslContextBuilder builder =
                SslContextBuilder.forClient().sslProvider(provider).sessionCacheSize(1);
        if (offer != Offer.NOTHING) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    offer.names()));
        }
        if (wanted.ca().isPresent()) {
            trust(builder, wanted.ca().get(), directory);
        }
        if (wanted.cert().isPresent() && wanted.key().isPresent()) {
            identify(builder, wanted.cert().get(), wanted.key().get(), directory);
        }
        if (!wanted.verify()) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IOException("target.tls cannot be used: " + e.getMessage(), e);
        }
    }

    /** TLS for one connection. The JDK leaves out the name of a host without a dot; here it is sent too (SNI). */
    static SslHandler handler(SslContext context, ByteBufAllocator allocator, Endpoint endpoint) {
        String name = endpoint.serverName();
        SslHandler handler = context.newHandler(allocator, name, SESSION.incrementAndGet() & SESSION_MASK);
        if (!NetUtil.isValidIpV4Address(name) && !NetUtil.isValidIpV6Address(name)) {
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            handler.engine().setSSLParameters(parameters);
        }
        return handler;
    }

    private static void trust(SslContextBuilder builder, String ca, Path directory) throws IOException {
        try (InputStream pem = pem("target.tls.ca", ca, directory)) {
            builder.trustManager(pem);
        } catch (IllegalArgumentException e) {
            throw new IOException("target.tls.ca holds no PEM certificates: " + shown(ca), e);
        }
    }

    private static void identify(SslContextBuilder builder, String cert, String key, Path directory)
            throws IOException {
        try (InputStream chain = pem("target.tls.cert", cert, directory);
                InputStream secret = pem("target.tls.key", key, directory)) {
            builder.keyManager(chain, secret);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "target.tls.cert and target.tls.key hold no PEM certificate chain and its private key (PKCS #8): "
                            + shown(cert) + ", " + shown(key),
                    e);
        }
    }

    private static InputStream pem(String name, String value, Path directory) throws IOException {
        if (value.startsWith(PEM)) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.US_ASCII));
        }
        Path file = directory.resolve(value);
        if (!Files.isReadable(file)) {
            throw new IOException(name + " cannot be read: " + file);
        }
        return Files.newInputStream(file);
    }

    private static String shown(String value) {
        return value.startsWith(PEM) ? "the text given" : value;
    }
}
