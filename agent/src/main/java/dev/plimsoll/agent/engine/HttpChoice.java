package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Target.Http;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.List;

/**
 * The version of HTTP that a target is spoken to in, where the scenario leaves it open: HTTP/2 when every URL is
 * {@code https} and the server of each chooses it by ALPN. One TLS handshake with each URL tells.
 *
 * @param http {@link Http#HTTP_1_1} or {@link Http#HTTP_2}
 * @param sure whether every URL answered; otherwise it may be worth to ask again
 */
public record HttpChoice(Http http, boolean sure) {
    /** Checks the components. */
    public HttpChoice {
        if (requireNonNull(http, "http") == Http.AUTO) {
            throw new IllegalArgumentException("a choice is 1.1 or 2, not auto");
        }
    }

    /**
     * Asks the servers. Completes on the loop, and always well.
     *
     * @param loop drives the connections
     * @param channels makes sockets that this loop can drive
     * @param endpoints the target's URLs, all with TLS
     * @param tls offers either version
     * @param timeout for opening each connection
     */
    public static Future<HttpChoice> ask(
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            List<Endpoint> endpoints,
            SslContext tls,
            Duration timeout) {
        Promise<HttpChoice> promise = loop.newPromise();
        Tally tally = new Tally(promise, endpoints.size());
        loop.execute(() -> {
            for (Endpoint endpoint : endpoints) {
                new Dial(
                                loop,
                                channels::newChannel,
                                endpoint,
                                new AddressTurn(endpoint),
                                timeout,
                                tls,
                                new ChannelInboundHandlerAdapter(),
                                tally)
                        .begin();
            }
        });
        return promise;
    }

    /** Counts the answers. */
    private static final class Tally implements Dial.Listener {
        private final Promise<HttpChoice> promise;
        private int left;
        private boolean all = true;
        private boolean sure = true;

        Tally(Promise<HttpChoice> promise, int endpoints) {
            this.promise = promise;
            left = endpoints;
        }

        @Override
        public void opened(Channel channel, long connectNanos, long tlsNanos) {
            SslHandler handler = channel.pipeline().get(SslHandler.class);
            all &= handler != null && ApplicationProtocolNames.HTTP_2.equals(handler.applicationProtocol());
            channel.close();
            ended();
        }

        @Override
        public void failed(ErrorClass errorClass, String sentence) {
            sure = false;
            ended();
        }

        private void ended() {
            if (--left == 0) {
                promise.setSuccess(new HttpChoice(all && sure ? Http.HTTP_2 : Http.HTTP_1_1, sure));
            }
        }
    }
}
