package dev.plimsoll.measurements;

import static dev.plimsoll.measurements.Metric.Kind.NODE;
import static dev.plimsoll.measurements.Metric.Kind.REQUEST;
import static dev.plimsoll.measurements.Metric.Kind.WINDOW;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The catalogue of metrics.
 *
 * <p>Instants of a request: <i>scheduled</i> is when the load model wanted it sent; <i>sent</i> is when its first byte
 * was handed to the socket; <i>first</i> and <i>last token</i> are the reads that held the first and last token event;
 * <i>end</i> is the read that held the last byte of the response. A token event carries non-empty content, text,
 * reasoning or tool-call arguments; a role-only delta, an empty delta, a usage chunk, a comment and {@code [DONE]} do
 * not.
 */
public final class Metrics {
    private static final Map<String, Metric> ALL = new LinkedHashMap<>();
    private static final Pattern ONE_GPU = Pattern.compile("gpu\\.([0-9]{1,4}(?:_[0-9]{1,4})?)\\.(.+)");

    /** End − scheduled. Free of coordinated omission. */
    public static final Metric LATENCY = time("latency", "end − scheduled; free of coordinated omission");
    /** End − sent: what wrk calls latency. */
    public static final Metric SERVICE_TIME = time("service_time", "end − sent; what wrk calls latency");
    /** Sent − scheduled: the generator's part, or the connection limit's. */
    public static final Metric SEND_LAG = time("send_lag", "sent − scheduled; the generator's part");
    /** First token − scheduled. */
    public static final Metric TTFT = time("ttft", "first token − scheduled");
    /** First token − sent. */
    public static final Metric TTFT_SERVICE = time("ttft_service", "first token − sent");
    /** (Last token − first token) / (n − 1) of one request, for n > 1 output tokens. */
    public static final Metric TPOT = time("tpot", "(last token − first token) / (n − 1), one value a request");
    /** Gap between token events, per token: an event of k tokens after gap g adds k values of g / k. */
    public static final Metric ITL = time("itl", "gap between token events, per token");
    /** Gap between token events, whatever they carry. */
    public static final Metric CHUNK_GAP = time("chunk_gap", "gap between token events, whatever they carry");
    /** Latency / n. */
    public static final Metric LATENCY_PER_TOKEN = time("latency_per_token", "latency / output tokens");
    /** Time to open a connection, TLS handshake not included. */
    public static final Metric CONNECT_TIME = time("connect_time", "time to open a connection, without TLS");
    /** Time of the TLS handshake. */
    public static final Metric TLS_TIME = time("tls_time", "time of the TLS handshake");
    /** Scheduled to failure, of requests that failed; kept apart from {@link #LATENCY}. */
    public static final Metric FAILED_LATENCY = time("failed_latency", "scheduled to failure, of failed requests");
    /** Prompt tokens of a request, as the server counted them. */
    public static final Metric INPUT_TOKENS =
            add("input_tokens", REQUEST, Unit.TOKENS, "prompt tokens of a request, as the server counted them");
    /** Completion tokens of a request: from the response's usage, else counted in token events. */
    public static final Metric OUTPUT_TOKENS =
            add("output_tokens", REQUEST, Unit.TOKENS, "completion tokens of a request");

    /** Successful requests that ended in the window / its duration. */
    public static final Metric THROUGHPUT = rate("throughput", "successful requests that ended in the window");
    /** Requests scheduled in the window / its duration. */
    public static final Metric OFFERED_RATE = rate("request_rate.offered", "requests scheduled in the window");
    /** Requests sent in the window / its duration. */
    public static final Metric SENT_RATE = rate("request_rate.sent", "requests sent in the window");
    /** Output tokens received in the window / its duration. */
    public static final Metric OUTPUT_THROUGHPUT = rate("output_throughput", "output tokens received in the window");
    /** Input and output tokens of the window / its duration. */
    public static final Metric TOTAL_THROUGHPUT = rate("total_throughput", "input and output tokens of the window");
    /** Requests that met every objective / duration. */
    public static final Metric GOODPUT = rate("goodput", "requests that met every objective");
    /** Requests that met every objective / all scheduled. */
    public static final Metric GOODPUT_RATIO =
            add("goodput.ratio", WINDOW, Unit.RATIO, "requests that met every objective / all scheduled");
    /** Failed / all that were scheduled in the window. */
    public static final Metric ERRORS_RATIO = add("errors.ratio", WINDOW, Unit.RATIO, "failed / all scheduled");

    static {
        node("in_flight", Unit.COUNT, "requests scheduled and not ended, sampled each interval");
        node("cpu.utilization", Unit.PERCENT, "busy time over all cores, without iowait and steal");
        node("cpu.core.max", Unit.PERCENT, "busy time of the busiest core");
        node("cpu.steal", Unit.PERCENT, "time stolen by the hypervisor, over all cores");
        node("cpu.iowait", Unit.PERCENT, "time waiting for input and output, over all cores");
        node("cpu.throttled", Unit.PERCENT, "share of time in which the cgroup was throttled");
        node("cpu.pressure", Unit.PERCENT, "share of time in which some task waited for a core (PSI)");
        node("load.1m", Unit.COUNT, "load average over one minute");
        node("memory.used", Unit.PERCENT, "memory that is not available to new work");
        node("memory.available", Unit.BYTES, "memory available to new work");
        node("memory.pressure", Unit.PERCENT, "share of time in which some task waited for memory (PSI)");
        node("memory.major_faults", Unit.PER_SECOND, "page faults that read from disk");
        node("io.pressure", Unit.PERCENT, "share of time in which some task waited for input or output (PSI)");
        node("network.receive", Unit.BYTES_PER_SECOND, "bytes received, loopback not counted");
        node("network.transmit", Unit.BYTES_PER_SECOND, "bytes sent, loopback not counted");
        node("network.retransmits", Unit.PER_SECOND, "TCP segments sent again");
        node(
                "gc.pause",
                Unit.MILLISECONDS,
                "longest stop-the-world pause of a JVM's collector since the last sample, 0 if there was none");
        node("gc.time", Unit.PERCENT, "share of time in which a JVM's collector stopped the world");
        node("gc.count", Unit.PER_SECOND, "stop-the-world pauses of a JVM's collector");
        node("jvm.heap.used", Unit.BYTES, "heap in use");
        node("jvm.heap.committed", Unit.BYTES, "heap that the JVM has from the system");
        node("gpu.count", Unit.COUNT, "GPUs that answered");
        node("gpu.utilization", Unit.PERCENT, "share of time in which a kernel ran, mean of the GPUs");
        node("gpu.sm.active", Unit.PERCENT, "share of time in which a multiprocessor had work, mean of the GPUs");
        node(
                "gpu.tensor.active",
                Unit.PERCENT,
                "share of time in which the tensor cores were in use, mean of the GPUs");
        node("gpu.memory.busy", Unit.PERCENT, "share of time in which device memory was accessed, mean of the GPUs");
        node("gpu.memory.used", Unit.BYTES, "device memory in use, of the fullest GPU");
        node("gpu.memory.free", Unit.BYTES, "free device memory, of the fullest GPU");
        node("gpu.temperature", Unit.CELSIUS, "temperature, of the hottest GPU");
        node("gpu.temperature.margin", Unit.CELSIUS, "degrees left before clocks are held down, of the closest GPU");
        node("gpu.memory.temperature", Unit.CELSIUS, "temperature of device memory, of the hottest GPU");
        node("gpu.power", Unit.WATTS, "power drawn, sum of the GPUs");
        node("gpu.power.limit", Unit.WATTS, "power limit in force, sum of the GPUs");
        node("gpu.clock.sm", Unit.MEGAHERTZ, "clock of the multiprocessors, of the slowest GPU at work");
        node("gpu.clock.memory", Unit.MEGAHERTZ, "clock of device memory, of the slowest GPU at work");
        node(
                "gpu.throttled",
                Unit.PERCENT,
                "share of time in which clocks were held down by heat or power brake, of the worst GPU");
        node(
                "gpu.throttled.power_cap",
                Unit.PERCENT,
                "share of time in which clocks were held down by the power limit, of the worst GPU");
        node("gpu.pcie.generation", Unit.COUNT, "generation of the PCIe link in use, of the slowest GPU at work");
        node("gpu.pcie.generation.limit", Unit.COUNT, "generation that GPU and slot can both do, of the slowest GPU");
        node("gpu.pcie.width", Unit.COUNT, "lanes of the PCIe link in use, of the narrowest GPU");
        node("gpu.pcie.width.limit", Unit.COUNT, "lanes that GPU and slot both have, of the narrowest GPU");
        node(
                "gpu.ecc.uncorrected",
                Unit.COUNT,
                "memory errors beyond correction since the driver was loaded, sum of the GPUs");
        node("gpu.xid", Unit.COUNT, "code of the last XID error; 0 for none");
        node("vllm.requests.running", Unit.COUNT, "requests in the running batch");
        node("vllm.requests.waiting", Unit.COUNT, "requests waiting to be scheduled");
        node("vllm.kv_cache.usage", Unit.RATIO, "KV-cache blocks in use / all");
        node("vllm.preemptions", Unit.PER_SECOND, "requests preempted");
        node("vllm.prefix_cache.hit_ratio", Unit.RATIO, "prefix-cache tokens hit / queried, since the last sample");
        node("vllm.tokens.prompt", Unit.PER_SECOND, "prompt tokens processed");
        node("vllm.tokens.generation", Unit.PER_SECOND, "tokens generated");
        node("vllm.requests.finished", Unit.PER_SECOND, "requests the server finished");
        node("vllm.ttft", Unit.MILLISECONDS, "the server's own mean time to first token since the last sample");
        node("vllm.itl", Unit.MILLISECONDS, "the server's own mean inter-token latency since the last sample");
        node("vllm.e2e", Unit.MILLISECONDS, "the server's own mean time of a request since the last sample");
        flow("vllm.ttft", "first tokens", "time to first token");
        flow("vllm.itl", "gaps between tokens", "inter-token latency");
        flow("vllm.e2e", "requests", "time of requests");
        node("vllm.queue_time", Unit.MILLISECONDS, "the server's own mean time in the waiting queue");
        node("generator.event_loop_lag", Unit.MILLISECONDS, "how late a timer fired on an event loop, at most");
        node("generator.loop.cpu", Unit.PERCENT, "CPU of the busiest event-loop thread");
        node(
                "generator.loop.wait",
                Unit.PERCENT,
                "share of time in which an event loop was ready and had no core, at most");
        node("generator.cpu", Unit.PERCENT, "CPU of the agent's process, over all cores");
        node("generator.gc.pause", Unit.MILLISECONDS, "longest garbage-collection pause of the agent");
        node("generator.gc.time", Unit.PERCENT, "share of time in which garbage collections stopped the agent");
        node("generator.steal", Unit.PERCENT, "steal on the agent's machine");
        node("generator.throttled", Unit.PERCENT, "share of time in which the agent's cgroup was throttled");
        node("generator.descriptors", Unit.COUNT, "file descriptors the agent has open");
        node("generator.descriptors.limit", Unit.COUNT, "file descriptors the agent may open");
        node("generator.sockets", Unit.COUNT, "connections the agent has open");
    }

    private Metrics() {}

    /**
     * The metric of that name, if the catalogue has it, or that of one GPU: {@code gpu.3.temperature} is
     * {@code gpu.temperature} of GPU 3 alone, {@code gpu.3_7.memory.used} is of instance 7 on it.
     */
    public static Optional<Metric> find(String name) {
        Metric metric = ALL.get(name);
        return metric != null ? Optional.of(metric) : ofOneGpu(name);
    }

    private static Optional<Metric> ofOneGpu(String name) {
        Matcher parts = ONE_GPU.matcher(name);
        Metric all = parts.matches() && !parts.group(2).equals("count") ? ALL.get("gpu." + parts.group(2)) : null;
        if (all == null) {
            return Optional.empty();
        }
        String definition = all.definition().replaceFirst(", (mean|sum|of the) .*", "");
        return Optional.of(new Metric(name, NODE, all.unit(), definition + "; of GPU " + parts.group(1) + " alone"));
    }

    /** Whether that is the metric of one GPU. */
    public static boolean isOfOneGpu(String name) {
        return ofOneGpu(name).isPresent();
    }

    /** Every metric of the catalogue, in the order of the documentation. */
    public static Collection<Metric> all() {
        return Collections.unmodifiableCollection(ALL.values());
    }

    /** A node metric that a scenario brings along, from a query or a command of its own; it has no unit. */
    public static Metric custom(String name) {
        return new Metric(name, NODE, Unit.COUNT, "given by the scenario");
    }

    private static Metric time(String name, String definition) {
        return add(name, REQUEST, Unit.MILLISECONDS, definition);
    }

    private static Metric rate(String name, String definition) {
        return add(name, WINDOW, Unit.PER_SECOND, definition + " / its duration");
    }

    private static void node(String name, Unit unit, String definition) {
        add(name, NODE, unit, definition);
    }

    /** How many times a server's histogram took since the last sample, and their sum. */
    private static void flow(String name, String things, String time) {
        node(name + ".count", Unit.COUNT, things + " that the server counted since the last sample");
        node(name + ".sum", Unit.MILLISECONDS, "the server's own sum of the " + time + " since the last sample");
    }

    private static Metric add(String name, Metric.Kind kind, Unit unit, String definition) {
        Metric metric = new Metric(name, kind, unit, definition);
        if (ALL.put(name, metric) != null) {
            throw new IllegalStateException("metric defined twice: " + name);
        }
        return metric;
    }
}
