package dev.plimsoll.agent.preflight;

import dev.plimsoll.agent.protocol.LookRequest;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks at a machine. All its parts look at once, each for a bounded time; what takes longer is absent. A healthy machine
 * takes less than a second. Safe for use by several threads.
 */
public final class MachineLook {
    private static final Duration LIMIT = Duration.ofSeconds(6);

    private static final List<MachineFact> OF_PYTHON =
            List.of(MachineFact.PYTORCH, MachineFact.PYTORCH_CUDA, MachineFact.VLLM);
    private static final List<MachineFact> OF_DISK =
            List.of(MachineFact.MODEL, MachineFact.DISK_FREE, MachineFact.DISK_KIND, MachineFact.DISK_READ);

    private final Path root;
    private final List<String> nvidiaSmi;
    private final Callable<Fact> clock;
    private final Duration limit;

    /**
     * A machine of another kind.
     *
     * @param root {@code /}, or the root of a copy of {@code /proc} and {@code /sys}
     * @param nvidiaSmi the program, and arguments before its own
     * @param clock tells {@link MachineFact#CLOCK}
     * @param limit how long the slowest part may take
     */
    MachineLook(Path root, List<String> nvidiaSmi, Callable<Fact> clock, Duration limit) {
        this.root = root;
        this.nvidiaSmi = List.copyOf(nvidiaSmi);
        this.clock = clock;
        this.limit = limit;
    }

    /** The machine that this process runs on. */
    public static MachineLook here() {
        return new MachineLook(Path.of("/"), List.of("nvidia-smi"), KernelClock::read, LIMIT);
    }

    /**
     * Looks. Blocks.
     *
     * @param host the machine's name, for the facts
     * @throws InterruptedException when the thread is interrupted meanwhile; what looks is then given up
     */
    public MachineFacts look(String host, LookRequest request) throws InterruptedException {
        SystemFiles files = new SystemFiles(root);
        GpuLook gpu = new GpuLook(nvidiaSmi, new ServingProcesses(root));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            List<Part> parts = new ArrayList<>();
            Future<GpuLook.Gpus> gpus = threads.submit(gpu::look);
            parts.add(new Part(threads.submit(files::facts), files.names()));
            parts.add(new Part(
                    threads.submit(() -> Map.of(MachineFact.CLOCK, clock.call())), List.of(MachineFact.CLOCK)));
            if (request.versions()) {
                PythonVersions python = new PythonVersions(request.python(), new ServingProcesses(root));
                parts.add(new Part(threads.submit(python::look), OF_PYTHON));
            }
            request.model()
                    .ifPresent(model ->
                            parts.add(new Part(threads.submit(() -> new ModelDisk(root).look(model)), OF_DISK)));
            if (!request.targets().isEmpty()) {
                parts.add(new Part(
                        threads.submit(() -> Map.of(MachineFact.ROUND_TRIP, RoundTrip.to(request.targets()))),
                        List.of(MachineFact.ROUND_TRIP)));
            }
            return gather(host, gpus, parts);
        } finally {
            // What is still looking is interrupted, and nobody waits for it.
            threads.shutdownNow();
        }
    }

    /** Facts that are looked up together. */
    private record Part(Future<Map<MachineFact, Fact>> facts, List<MachineFact> names) {}

    private MachineFacts gather(String host, Future<GpuLook.Gpus> gpus, List<Part> parts) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        Map<MachineFact, Fact> machine = new EnumMap<>(MachineFact.class);
        for (Part part : parts) {
            try {
                machine.putAll(part.facts().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS));
            } catch (ExecutionException | TimeoutException e) {
                for (MachineFact name : part.names()) {
                    machine.put(name, Fact.absent(reason(e)));
                }
            }
        }
        List<Map<GpuFact, Fact>> each = List.of();
        try {
            GpuLook.Gpus found = gpus.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            machine.putAll(found.machine());
            each = found.gpus();
        } catch (ExecutionException | TimeoutException e) {
            for (MachineFact name : GpuLook.NAMES) {
                machine.put(name, Fact.absent(reason(e)));
            }
        }
        return new MachineFacts(host, machine, each);
    }

    private String reason(Exception e) {
        if (e instanceof TimeoutException) {
            return "it took longer than " + limit.toMillis() + " ms to look";
        }
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }
}
