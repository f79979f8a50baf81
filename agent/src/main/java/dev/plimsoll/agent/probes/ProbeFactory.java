package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.scenarios.Node;
import dev.plimsoll.scenarios.ProbeSpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Makes probes from what a scenario says. */
final class ProbeFactory {
    private static final Set<String> JVM = Set.of("gc.pause", "gc.count", "jvm.heap.used");

    private ProbeFactory() {}

    /**
     * A node's probe. A type that this version does not have gives a probe whose metrics are all not available, so that
     * a gate on one ends without data.
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
            case ProbeSpec.AmdSmi smi -> new AmdSmiProbe(List.of("amd-smi"), smi.gpus(), timeout, workers);
            case ProbeSpec.Jvm jvm -> new MissingProbe(jvm.type(), JVM);
            case ProbeSpec.Jstat jstat -> new MissingProbe(jstat.type(), JVM);
            case ProbeSpec.Jfr jfr -> new MissingProbe(jfr.type(), JVM);
            case ProbeSpec.Prometheus prometheus ->
                new MissingProbe(prometheus.type(), prometheus.queries().keySet());
        };
    }

    private static PageSource page(URI url, HttpFetch fetch, Workers workers, Duration timeout) {
        return new PageSource(fetch, workers, url, timeout);
    }
}
