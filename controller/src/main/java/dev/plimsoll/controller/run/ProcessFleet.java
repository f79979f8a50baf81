package dev.plimsoll.controller.run;

import dev.plimsoll.agent.cluster.ClusterBus;
import dev.plimsoll.agent.cluster.ClusterSettings;
import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.transport.Transports;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Agents in processes of their own on this machine, started from this very installation, behind a clustered bus. */
final class ProcessFleet implements Fleet {
    private static final long JOIN_SECONDS = 35;
    private static final long CLOSE_SECONDS = 5;
    private static final int LONGEST_LOG = 1 << 20;

    private final ClusterBus bus;
    private final int agents;
    private final Path directory;
    private final Secrets secrets;
    private final Optional<String> transport;
    private final Map<String, Process> processes = new ConcurrentHashMap<>();
    private volatile BiConsumer<Predicate<AgentFacts>, String> told = (which, why) -> {};
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Thread atExit = new Thread(this::destroyForcibly, "plimsoll-agents-end");

    private ProcessFleet(ClusterBus bus, int agents, Path directory, Secrets secrets, Optional<String> transport) {
        this.bus = bus;
        this.agents = agents;
        this.directory = directory;
        this.secrets = secrets;
        this.transport = transport;
    }

    static ProcessFleet open(int agents, Path directory, Secrets secrets, Optional<String> transport, String cluster)
            throws RunException, InterruptedException {
        try {
            Transport chosen = Transports.choose(transport);
            ClusterSettings settings = new ClusterSettings(
                    cluster, ClusterSettings.LOOPBACK, ClusterBus.findFreePorts(ClusterSettings.LOOPBACK), List.of());
            ClusterBus bus = Waiting.forResult(
                    ClusterBus.start(settings, new VertxOptions(), Optional.of(chosen)),
                    JOIN_SECONDS,
                    "the cluster of the run's agents did not start");
            return new ProcessFleet(bus, agents, directory, secrets, transport);
        } catch (IOException | IllegalArgumentException e) {
            throw new RunException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Vertx vertx() {
        return bus.vertx();
    }

    @Override
    public int expected() {
        return agents;
    }

    @Override
    public void start(BiConsumer<Predicate<AgentFacts>, String> gone) throws RunException {
        told = gone;
        Runtime.getRuntime().addShutdownHook(atExit);
        Set<Long> seen = new HashSet<>();
        bus.onMembersChanged(members -> membersChanged(seen, members));
        for (int i = 1; i <= agents; i++) {
            begin("agent-" + i);
        }
    }

    private void begin(String label) throws RunException {
        try {
            Process process =
                    new ProcessBuilder(command(label)).redirectErrorStream(true).start();
            processes.put(label, process);
            process.getOutputStream().close();
            Thread.ofPlatform().daemon().name(label + "-log").start(() -> keepLog(process, label));
            process.onExit().thenAccept(ended -> {
                if (isOurs(ended.pid())) {
                    told.accept(
                            facts -> facts.pid() == ended.pid(),
                            "its process " + ended.pid() + " ended with code " + ended.exitValue() + "; see " + label
                                    + ".log in the run bundle");
                }
            });
        } catch (IOException e) {
            throw new RunException("cannot start the process of " + label + ": " + e.getMessage(), e);
        }
    }

    /** Whether the end of that process is news. */
    private boolean isOurs(long pid) {
        return !closing.get() && processes.values().stream().anyMatch(process -> process.pid() == pid);
    }

    @Override
    public void replaceSilent(Predicate<Long> greeted) throws RunException {
        for (Map.Entry<String, Process> one : List.copyOf(processes.entrySet())) {
            if (!greeted.test(one.getValue().pid()) && processes.remove(one.getKey(), one.getValue())) {
                one.getValue().destroyForcibly();
                begin(one.getKey());
            }
        }
    }

    private void membersChanged(Set<Long> seen, List<String> members) {
        Set<Long> now = new HashSet<>();
        for (String member : members) {
            now.add(Long.parseLong(member.substring(member.lastIndexOf('/') + 1)));
        }
        List<Long> left;
        synchronized (seen) {
            left = seen.stream().filter(pid -> !now.contains(pid)).toList();
            seen.clear();
            seen.addAll(now);
        }
        left.stream()
                .filter(this::isOurs)
                .forEach(pid -> told.accept(facts -> facts.pid() == pid, "its process " + pid + " left the cluster"));
    }

    private List<String> command(String label) {
        int cores = Math.max(1, Runtime.getRuntime().availableProcessors() / agents);
        /* An interrupt from the terminal goes to all processes at once: the controller then still wants last words. */
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "agent"));
        List<String> arguments =
                new ArrayList<>(List.of("agent", "--controller", bus.settings().self()));
        arguments.addAll(List.of("--cluster", bus.settings().name(), "--label", label));
        arguments.addAll(List.of("--shards", String.valueOf(AgentHost.shardsFor(cores))));
        transport.ifPresent(name -> arguments.addAll(List.of("--transport", name)));
        command.addAll(OwnProgram.command(arguments));
        return command;
    }

    /** Reads to the end, so that the process never blocks, but keeps the beginning only. */
    private void keepLog(Process process, String label) {
        try (InputStream in = process.getInputStream();
                var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
                OutputStream out = Files.newOutputStream(directory.resolve(label + ".log"))) {
            long kept = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                byte[] bytes = (secrets.mask(line) + "\n").getBytes(StandardCharsets.UTF_8);
                kept += bytes.length;
                if (kept <= LONGEST_LOG) {
                    out.write(bytes);
                }
            }
        } catch (IOException e) {
            /* The log is a convenience: the run goes on without it, and the process' end is noticed elsewhere. */
            return;
        }
    }

    @Override
    public void giveUp(AgentFacts lost) {
        processes.values().stream()
                .filter(process -> process.pid() == lost.pid())
                .forEach(Process::destroyForcibly);
    }

    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        try {
            processes.values().forEach(Process::destroy);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
            for (Process process : processes.values()) {
                process.waitFor(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
            destroyForcibly();
            Waiting.forResult(bus.close(), CLOSE_SECONDS, "the cluster did not stop");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RunException e) {
            /* Its threads end with this process; the agents are gone already. */
        } finally {
            destroyForcibly();
            forgetHook();
        }
    }

    private void forgetHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            /* This process is ending: the hook runs now, and finds nothing alive. */
        }
    }

    private void destroyForcibly() {
        closing.set(true);
        processes.values().forEach(Process::destroyForcibly);
    }
}
