package dev.plimsoll.agent;

import dev.plimsoll.agent.engine.ConnectionLimits;
import dev.plimsoll.agent.engine.Endpoint;
import dev.plimsoll.agent.engine.Http2TargetClient;
import dev.plimsoll.agent.engine.HttpChoice;
import dev.plimsoll.agent.engine.HttpTargetClient;
import dev.plimsoll.agent.engine.TargetClient;
import dev.plimsoll.agent.engine.TlsContexts;
import dev.plimsoll.agent.engine.TlsContexts.Offer;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.Target.Http;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What connections to a target need that is looked up once, before a run.
 *
 * @param endpoints the target's URLs, resolved
 * @param http the version of HTTP that the scenario asks for
 * @param http1 TLS for HTTP/1.1; null without an {@code https} URL
 * @param http2 TLS for HTTP/2; null without an {@code https} URL
 * @param asking TLS that offers either; null unless every URL is {@code https} and the version is to be found out
 */
record Ground(
        List<Endpoint> endpoints,
        Http http,
        @Nullable SslContext http1,
        @Nullable SslContext http2,
        @Nullable SslContext asking) {
    /** Copies the list. */
    Ground {
        endpoints = List.copyOf(endpoints);
    }

    /** Looks it up. Blocks. */
    static Ground of(Scenario scenario) throws IOException {
        Target target = scenario.target();
        List<Endpoint> endpoints = Endpoint.resolve(target.urls(), target.tls().flatMap(Target.Tls::serverName));
        boolean secure = endpoints.stream().anyMatch(Endpoint::tls);
        boolean ask = target.http() == Http.AUTO && endpoints.stream().allMatch(Endpoint::tls);
        return new Ground(
                endpoints,
                target.http(),
                secure ? context(target, Offer.NOTHING) : null,
                secure ? context(target, Offer.HTTP_2) : null,
                ask ? context(target, Offer.EITHER) : null);
    }

    private static SslContext context(Target target, Offer offer) throws IOException {
        return TlsContexts.client(target.tls(), Path.of(""), offer);
    }

    /** What speaks TLS: {@code openssl} or {@code jdk}; empty without an {@code https} URL. */
    Optional<String> tls() {
        return Optional.ofNullable(http1).map(TlsContexts::nameOf);
    }

    /**
     * Which version of HTTP is spoken. Asks the servers where the scenario leaves it open.
     *
     * @param channels makes sockets that this loop can drive
     * @param timeout for opening a connection
     */
    Future<HttpChoice> choose(EventLoop loop, ChannelFactory<? extends Channel> channels, Duration timeout) {
        SslContext either = asking;
        if (either == null) {
            return Future.succeededFuture(new HttpChoice(http == Http.HTTP_2 ? Http.HTTP_2 : Http.HTTP_1_1, true));
        }
        Promise<HttpChoice> promise = Promise.promise();
        HttpChoice.ask(loop, channels, endpoints, either, timeout)
                .addListener(asked -> promise.complete((HttpChoice) asked.getNow()));
        return promise.future();
    }

    /** The connections of one shard, in that version. */
    TargetClient client(
            Http chosen, EventLoop loop, ChannelFactory<? extends Channel> channels, ConnectionLimits limits) {
        return chosen == Http.HTTP_2
                ? new Http2TargetClient(loop, channels, endpoints, limits, http2)
                : new HttpTargetClient(loop, channels, endpoints, limits, http1);
    }
}
