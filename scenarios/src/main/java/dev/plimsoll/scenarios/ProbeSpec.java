package dev.plimsoll.scenarios;

import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One way to watch a node. */
public sealed interface ProbeSpec {

    /** The type's name in scenarios, such as {@code node-exporter}. */
    String type();

    /** Whether it tells of GPUs. */
    default boolean tellsOfGpus() {
        return false;
    }

    private static List<Integer> distinct(List<Integer> gpus) {
        Rule.require(gpus.stream().allMatch(gpu -> gpu >= 0), "gpus are numbers from 0 on", gpus);
        Rule.require(gpus.stream().distinct().count() == gpus.size(), "each of gpus is there once", gpus);
        return gpus.stream().sorted().toList();
    }

    /**
     * Prometheus' node exporter.
     *
     * @param url of its metrics page
     */
    record NodeExporter(URI url) implements ProbeSpec {
        @Override
        public String type() {
            return "node-exporter";
        }
    }

    /**
     * NVIDIA's dcgm-exporter.
     *
     * @param url of its metrics page
     * @param gpus the numbers of the GPUs to watch; empty: all
     */
    record Dcgm(URI url, List<Integer> gpus) implements ProbeSpec {
        /** Checks the components. */
        public Dcgm {
            gpus = distinct(gpus);
        }

        /** All GPUs on that page. */
        public Dcgm(URI url) {
            this(url, List.of());
        }

        @Override
        public String type() {
            return "dcgm";
        }

        @Override
        public boolean tellsOfGpus() {
            return true;
        }
    }

    /**
     * vLLM's own metrics.
     *
     * @param url of its metrics page
     */
    record Vllm(URI url) implements ProbeSpec {
        @Override
        public String type() {
            return "vllm";
        }
    }

    /**
     * The {@code nvidia-smi} command of the agent's own machine.
     *
     * @param gpus the numbers of the GPUs to watch; empty: all
     */
    record NvidiaSmi(List<Integer> gpus) implements ProbeSpec {
        /** Checks the component. */
        public NvidiaSmi {
            gpus = distinct(gpus);
        }

        /** All GPUs. */
        public NvidiaSmi() {
            this(List.of());
        }

        @Override
        public String type() {
            return "nvidia-smi";
        }

        @Override
        public boolean tellsOfGpus() {
            return true;
        }
    }

    /**
     * The {@code amd-smi} command of the agent's own machine.
     *
     * @param gpus the numbers of the GPUs to watch; empty: all
     */
    record AmdSmi(List<Integer> gpus) implements ProbeSpec {
        /** Checks the component. */
        public AmdSmi {
            gpus = distinct(gpus);
        }

        /** All GPUs. */
        public AmdSmi() {
            this(List.of());
        }

        @Override
        public String type() {
            return "amd-smi";
        }

        @Override
        public boolean tellsOfGpus() {
            return true;
        }
    }

    /**
     * The {@code rocm-smi} command of the agent's own machine, of ROCm versions before {@code amd-smi}.
     *
     * @param gpus the numbers of the GPUs to watch; empty: all
     */
    record RocmSmi(List<Integer> gpus) implements ProbeSpec {
        /** Checks the component. */
        public RocmSmi {
            gpus = distinct(gpus);
        }

        /** All GPUs. */
        public RocmSmi() {
            this(List.of());
        }

        @Override
        public String type() {
            return "rocm-smi";
        }

        @Override
        public boolean tellsOfGpus() {
            return true;
        }
    }

    /** {@code /proc} and the cgroup of the agent's own machine. */
    record Local() implements ProbeSpec {
        @Override
        public String type() {
            return "local";
        }
    }

    /**
     * A JVM's metrics page, with Micrometer's or the JMX exporter's names.
     *
     * @param url of its metrics page
     * @param headers sent with each request
     */
    record Jvm(URI url, Map<String, String> headers) implements ProbeSpec {
        /** Copies the map. */
        public Jvm {
            headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        }

        /** Without headers. */
        public Jvm(URI url) {
            this(url, Map.of());
        }

        @Override
        public String type() {
            return "jvm";
        }
    }

    /**
     * The {@code jstat} command on a JVM of the agent's own machine.
     *
     * @param process the JVM
     */
    record Jstat(LocalProcess process) implements ProbeSpec {
        /** Of the JVM of that process id. */
        public Jstat(long pid) {
            this(new LocalProcess.OfPid(pid));
        }

        @Override
        public String type() {
            return "jstat";
        }
    }

    /**
     * Flight-recorder events streamed from a JVM of the agent's own machine.
     *
     * @param process the JVM
     */
    record Jfr(LocalProcess process) implements ProbeSpec {
        /** Of the JVM of that process id. */
        public Jfr(long pid) {
            this(new LocalProcess.OfPid(pid));
        }

        @Override
        public String type() {
            return "jfr";
        }
    }

    /**
     * A command that prints Prometheus text or {@code name value} lines.
     *
     * @param command program and arguments; no shell
     */
    record Exec(List<String> command) implements ProbeSpec {
        /** Checks the component. */
        public Exec {
            command = List.copyOf(command);
            Rule.require(!command.isEmpty(), "command names a program", "[]");
        }

        @Override
        public String type() {
            return "exec";
        }
    }

    /**
     * Queries to a Prometheus server.
     *
     * @param url its base URL
     * @param headers sent with each request
     * @param queries PromQL by metric name
     */
    record Prometheus(URI url, Map<String, String> headers, Map<String, String> queries) implements ProbeSpec {
        /** Checks the components. */
        public Prometheus {
            headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
            queries = Collections.unmodifiableMap(new LinkedHashMap<>(queries));
            Rule.require(!queries.isEmpty(), "queries has at least one query", "{}");
        }

        /** Without headers. */
        public Prometheus(URI url, Map<String, String> queries) {
            this(url, Map.of(), queries);
        }

        @Override
        public String type() {
            return "prometheus";
        }
    }
}
