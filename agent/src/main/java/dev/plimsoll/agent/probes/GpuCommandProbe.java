package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * GPUs of the agent's own machine, by a command that is run for each sample and ended when it takes longer than the interval
 * (at least 2 s).
 */
final class GpuCommandProbe implements Probe {
    private final String type;
    private final Set<String> metrics;
    private final Parser parser;
    private final List<String> command;
    private final List<Integer> wanted;
    private final Duration timeout;
    private final Workers workers;
    private final GpuNode node = new GpuNode();
    private boolean seen;

    /** Reads what the command printed. */
    private interface Parser {
        /**
         * The GPUs that were printed, one at least.
         *
         * @throws IOException with a sentence when that is no list of GPUs
         */
        List<GpuNode.Gpu> parse(String output) throws IOException;
    }

    private GpuCommandProbe(
            String type,
            Set<String> metrics,
            Parser parser,
            List<String> command,
            List<Integer> wanted,
            Duration timeout,
            Workers workers) {
        this.type = type;
        this.metrics = metrics;
        this.parser = parser;
        this.command = command;
        this.wanted = List.copyOf(wanted);
        this.timeout = timeout;
        this.workers = workers;
    }

    /**
     * By {@code amd-smi}; runs nothing yet.
     *
     * @param program the command, and arguments before its own
     * @param wanted the numbers of the GPUs to watch; empty: all
     * @param timeout after which a run is ended
     */
    static GpuCommandProbe amdSmi(List<String> program, List<Integer> wanted, Duration timeout, Workers workers) {
        return new GpuCommandProbe(
                "amd-smi",
                AmdSmiOutput.metrics(),
                AmdSmiOutput::parse,
                with(program, AmdSmiOutput.ARGUMENTS),
                wanted,
                timeout,
                workers);
    }

    /** By {@code rocm-smi}; the same. */
    static GpuCommandProbe rocmSmi(List<String> program, List<Integer> wanted, Duration timeout, Workers workers) {
        return new GpuCommandProbe(
                "rocm-smi",
                RocmSmiOutput.metrics(),
                RocmSmiOutput::parse,
                with(program, RocmSmiOutput.ARGUMENTS),
                wanted,
                timeout,
                workers);
    }

    private static List<String> with(List<String> program, List<String> arguments) {
        List<String> all = new ArrayList<>(program);
        all.addAll(arguments);
        return List.copyOf(all);
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public Set<String> metrics() {
        return metrics;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        return workers.run(this::read);
    }

    private synchronized Map<String, Reading> read() throws IOException, InterruptedException {
        CommandRun run;
        try {
            run = CommandRun.of(command, timeout);
        } catch (IOException e) {
            if (!seen && CommandRun.isMissing(e)) {
                return all(
                        Reading.notAvailable("the command " + command.getFirst() + " is not on the agent's machine"));
            }
            throw e;
        }
        List<GpuNode.Gpu> gpus = parser.parse(run.require(command)).stream()
                .filter(gpu -> wanted.isEmpty() || wanted.contains(Integer.valueOf(gpu.number())))
                .toList();
        if (gpus.isEmpty()) {
            throw new IOException(type + " listed none of the GPUs " + wanted);
        }
        seen = true;
        return node.readings(gpus);
    }
}
