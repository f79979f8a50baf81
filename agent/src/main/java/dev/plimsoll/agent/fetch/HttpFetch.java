package dev.plimsoll.agent.fetch;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.fetch.FetchException.Kind;
import dev.plimsoll.scenarios.Target;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Fetches a whole answer at a time. Every request ends by its timeout, and holds no more than its limit. Safe for use by
 * several threads.
 */
public final class HttpFetch {
    /** Enough for the metrics page of a large server. */
    public static final int DEFAULT_LIMIT = 16 * 1024 * 1024;

    private final Vertx vertx;
    private final HttpClient client;
    private final Optional<String> serverName;

    /**
     * Opens no connection yet.
     *
     * @param tls how {@code https} is spoken; absent: the system's certificates are trusted
     */
    public HttpFetch(Vertx vertx, Optional<Target.Tls> tls) {
        this(vertx, tls, false);
    }

    /**
     * Opens no connection yet.
     *
     * @param tls how {@code https} is spoken; absent: the system's certificates are trusted
     * @param http2 whether HTTP/2 is spoken: by ALPN with {@code https}, with prior knowledge else
     */
    public HttpFetch(Vertx vertx, Optional<Target.Tls> tls, boolean http2) {
        this.vertx = requireNonNull(vertx, "vertx");
        HttpClientOptions options =
                new HttpClientOptions().setDecompressionSupported(true).setForceSni(true);
        if (http2) {
            options.setProtocolVersion(HttpVersion.HTTP_2).setUseAlpn(true).setHttp2ClearTextUpgrade(false);
        }
        tls.ifPresent(t -> secure(options, t));
        serverName = tls.flatMap(Target.Tls::serverName);
        this.client = vertx.createHttpClient(options);
    }

    private static void secure(HttpClientOptions options, Target.Tls tls) {
        tls.ca().ifPresent(ca -> options.setTrustOptions(new PemTrustOptions().addCertPath(ca)));
        if (tls.cert().isPresent() && tls.key().isPresent()) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .setCertPath(tls.cert().get())
                    .setKeyPath(tls.key().get()));
        }
        if (!tls.verify()) {
            options.setTrustAll(true).setVerifyHost(false);
        }
    }

    /**
     * One request.
     *
     * @param method such as {@code GET}
     * @param uri an {@code http} or {@code https} URL
     * @param headers to send
     * @param body may be empty; not changed
     * @param timeout for the whole exchange, above zero
     * @param limit how much of the body is kept, in bytes
     */
    public record Fetch(String method, URI uri, Map<String, String> headers, byte[] body, Duration timeout, int limit) {
        /** Checks the components and copies the map. */
        public Fetch {
            requireNonNull(method, "method");
            requireNonNull(body, "body");
            headers = Map.copyOf(headers);
            if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                throw new IllegalArgumentException(
                        "a URL is http://host[:port][/path] or https://…, not " + shown(uri));
            }
            if (timeout.toMillis() < 1 || limit < 0) {
                throw new IllegalArgumentException(
                        "a timeout is at least 1 ms and a limit not negative: " + timeout + ", " + limit);
            }
        }

        /** A user name and a password are not told. */
        private static String shown(URI uri) {
            return uri.toString().replaceAll("//[^/?#]*@", "//");
        }

        /** A {@code GET} with the default limit. */
        public static Fetch get(URI uri, Map<String, String> headers, Duration timeout) {
            return new Fetch("GET", uri, headers, new byte[0], timeout, DEFAULT_LIMIT);
        }
    }

    /** Sends the request; fails with a {@link FetchException} only. */
    public Future<Fetched> fetch(Fetch fetch) {
        Exchange exchange = new Exchange(fetch);
        exchange.start();
        return exchange.answer.future().recover(e -> Future.failedFuture(explain(fetch, e)));
    }

    /** Closes all connections. */
    public Future<Void> close() {
        return client.close();
    }

    /** One request under way. */
    private final class Exchange {
        private final Fetch fetch;
        private final Promise<Fetched> answer = Promise.promise();
        private final Buffer body = Buffer.buffer();
        private volatile boolean over;

        Exchange(Fetch fetch) {
            this.fetch = fetch;
        }

        void start() {
            long millis = fetch.timeout().toMillis();
            URI uri = fetch.uri();
            boolean tls = "https".equals(uri.getScheme());
            String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
            RequestOptions options = new RequestOptions()
                    .setMethod(HttpMethod.valueOf(fetch.method()))
                    .setHost(uri.getHost().replaceAll("^\\[|]$", ""))
                    .setPort(uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80)
                    .setSsl(tls)
                    .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
                    .setConnectTimeout(millis);
            if (tls) {
                serverName.ifPresent(name -> askFor(options, name));
            }
            fetch.headers().forEach(options::putHeader);
            client.request(options).onSuccess(this::send).onFailure(this::fail);
            long timer = vertx.setTimer(millis, id -> fail(new TimeoutException("timeout")));
            answer.future().onComplete(done -> vertx.cancelTimer(timer));
        }

        /** TLS asks for that name; the connection and the {@code Host} stay those of the URL. */
        private static void askFor(RequestOptions options, String name) {
            int port = options.getPort();
            String host = options.getHost();
            options.setServer(SocketAddress.inetSocketAddress(port, host)).setHost(name);
        }

        private void send(HttpClientRequest request) {
            answer.future().onFailure(e -> request.reset());
            if (serverName.isPresent()) {
                URI uri = fetch.uri();
                request.authority(HostAndPort.create(uri.getHost(), uri.getPort()));
            }
            if (over) {
                return;
            }
            Future<HttpClientResponse> response =
                    fetch.body().length == 0 ? request.send() : request.send(Buffer.buffer(fetch.body()));
            response.onSuccess(head -> read(request, head)).onFailure(this::fail);
        }

        private void read(HttpClientRequest request, HttpClientResponse head) {
            head.exceptionHandler(this::fail);
            head.handler(chunk -> {
                int room = fetch.limit() - body.length();
                body.appendBuffer(chunk.slice(0, Math.min(room, chunk.length())));
                if (chunk.length() > room) {
                    complete(head, true);
                    request.reset();
                }
            });
            head.endHandler(end -> complete(head, false));
        }

        private void complete(HttpClientResponse head, boolean truncated) {
            if (!over) {
                over = true;
                String type = head.getHeader("Content-Type");
                answer.tryComplete(
                        new Fetched(head.statusCode(), type == null ? "" : type, body.getBytes(), truncated));
            }
        }

        private void fail(Throwable cause) {
            over = true;
            answer.tryFail(cause);
        }
    }

    /** As written in the URL, without a user name and a password. */
    private static String hostAndPort(URI uri) {
        return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    private static FetchException explain(Fetch fetch, Throwable cause) {
        URI uri = fetch.uri();
        String place = uri.getScheme() + "://" + hostAndPort(uri);
        String url = place + (uri.getRawPath() == null ? "" : uri.getRawPath());
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        if (cause instanceof UnknownHostException) {
            return new FetchException(Kind.UNKNOWN_HOST, "the host name " + uri.getHost() + " has no address", cause);
        }
        if (cause instanceof NoRouteToHostException) {
            return new FetchException(Kind.CONNECT, "no route leads to " + place, cause);
        }
        if (cause instanceof ConnectException && message.contains("timed out")) {
            return new FetchException(Kind.TIMEOUT, place + " does not accept connections in time", cause);
        }
        if (cause instanceof ConnectException) {
            return new FetchException(Kind.CONNECT, "nothing listens at " + place, cause);
        }
        if (cause instanceof SSLException) {
            return new FetchException(Kind.TLS, "TLS with " + place + " failed: " + message, cause);
        }
        if (cause instanceof TimeoutException || message.contains("timeout")) {
            return new FetchException(
                    Kind.TIMEOUT,
                    "no whole answer from " + url + " within " + fetch.timeout().toMillis() + " ms",
                    cause);
        }
        if (cause instanceof IllegalArgumentException) {
            return new FetchException(Kind.PROTOCOL, url + " does not answer in HTTP: " + message, cause);
        }
        return new FetchException(Kind.RESET, "the connection to " + url + " ended early: " + message, cause);
    }
}
