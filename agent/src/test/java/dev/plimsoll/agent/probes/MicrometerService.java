package dev.plimsoll.agent.probes;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A service that is watched by Micrometer, as a Spring service is. It prints its port, collects when told to by a line
 * {@code gc}, and ends with its standard input.
 */
final class MicrometerService {
    private MicrometerService() {}

    /** Starts it. */
    public static void main(String[] args) throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmGcMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/actuator/prometheus", exchange -> {
            byte[] page = registry.scrape().getBytes(StandardCharsets.UTF_8);
            boolean allowed =
                    "Bearer metrics-1".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.sendResponseHeaders(allowed ? 200 : 401, allowed ? page.length : -1);
            if (allowed) {
                exchange.getResponseBody().write(page);
            }
            exchange.close();
        });
        server.start();
        System.out.println(server.getAddress().getPort());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (lines.readLine() != null) {
            System.gc();
            // Micrometer learns of it on a thread of its own, a little later.
            System.out.println("collected");
        }
        Runtime.getRuntime().halt(0);
    }
}
