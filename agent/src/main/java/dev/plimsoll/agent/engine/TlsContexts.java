package dev.plimsoll.agent.engine;

import dev.plimsoll.scenarios.Target.Tls;
import io.netty.buffer.ByteBufAllocator;
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
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** TLS as a scenario asks for it, spoken by the JDK. */
public final class TlsContexts {
    private static final String PEM = "-----BEGIN";

    private TlsContexts() {}

    /**
     * The client side of TLS. Reads files: not for event loops.
     *
     * @param tls what the scenario says; empty means the system's certificates, checked. A value that begins with
     *     {@code -----BEGIN} is the PEM text itself, any other is a file
     * @param directory where relative paths begin
     * @throws IOException names the file that cannot be read or does not hold what it should
     */
    public static SslContext client(Optional<Tls> tls, Path directory) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        if (tls.isPresent()) {
            Tls wanted = tls.get();
            if (wanted.ca().isPresent()) {
                trust(builder, wanted.ca().get(), directory);
            }
            if (wanted.cert().isPresent() && wanted.key().isPresent()) {
                identify(builder, wanted.cert().get(), wanted.key().get(), directory);
            }
            if (!wanted.verify()) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
            }
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IOException("target.tls cannot be used: " + e.getMessage(), e);
        }
    }

    /** TLS for one connection. The JDK leaves out the name of a host without a dot; here it is sent too (SNI). */
    static SslHandler handler(SslContext context, ByteBufAllocator allocator, Endpoint endpoint) {
        SslHandler handler = context.newHandler(allocator, endpoint.host(), endpoint.port());
        if (!NetUtil.isValidIpV4Address(endpoint.host()) && !NetUtil.isValidIpV6Address(endpoint.host())) {
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(endpoint.host())));
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
