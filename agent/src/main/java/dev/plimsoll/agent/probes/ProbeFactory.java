package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.scenarios.Node;
import dev.plimsoll.scenarios.ProbeSpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Makes probes from what a scenario says. */
final class ProbeFactory {
    private ProbeFactory() {}

    /**
     * A node's probe.
     *
     * @param fetch shared by all probes; closed by who made it
     * @param workers shared by all probes; closed by who made them
     */
    static Probe create(Node node, ProbeSpec spec, HttpFetch fetch, Workers workers) {
        Duration timeout = Sampler.timeout(node.interval());
        return switch (spec) {
            case ProbeSpec.Local local -> new LocalProbe(new ProcFiles(Path.of("/")), workers, System::nanoTime);
            case ProbeSpec.Vllm vllm -> new VllmProbe(page(vllm.url(), fetch, workers, timeout));
            case ProbeSpec.NodeExporter exporter ->
                new NodeExporterProbe(page(exporter.url(), fetch, workers, timeout));
            case ProbeSpec.Exec exec -> new ExecProbe(exec.command(), timeout, workers);
            case ProbeSpec.Dcgm dcgm ->
                new DcgmProbe(page(dcgm.url(), fetch, workers, timeout), dcgm.gpus(), node.interval());
            case ProbeSpec.NvidiaSmi smi ->
                new NvidiaSmiProbe(List.of("nvidia-smi"), smi.gpus(), node.interval(), workers, System::nanoTime);
            case ProbeSpec.AmdSmi smi -> GpuCommandProbe.amdSmi(List.of("amd-smi"), smi.gpus(), timeout, workers);
            case ProbeSpec.RocmSmi smi -> GpuCommandProbe.rocmSmi(List.of("rocm-smi"), smi.gpus(), timeout, workers);
            case ProbeSpec.Jvm jvm -> new JvmProbe(new PageSource(fetch, workers, jvm.url(), jvm.headers(), timeout));
            case ProbeSpec.Jstat jstat -> new JstatProbe(JvmLocator.of(jstat.process()), node.interval(), workers);
            case ProbeSpec.Jfr jfr -> new JfrProbe(JvmLocator.of(jfr.process()), workers, InstantSource.system());
            case ProbeSpec.Prometheus prometheus ->
                new PrometheusProbe(
                        fetch,
                        workers,
                        HttpSource.of(prometheus.url(), prometheus.headers(), "application/json"),
                        prometheus.queries(),
                        node.interval(),
                        timeout,
                        InstantSource.system());
        };
    }

    private static PageSource page(URI url, HttpFetch fetch, Workers workers, Duration timeout) {
        return new PageSource(fetch, workers, url, timeout);
    }
}
