package dev.plimsoll.reports.causes;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A service behind a gateway, as far as its latency goes: requests come at random, queue for a batch and for KV cache, and
 * get tokens at a speed that depends on how many there are. One thing can happen to it. Everything that is watched has
 * autocorrelated noise of its own, and some of it moves without any effect.
 */
final class SimulatedService {
    /** What happens. */
    enum Event {
        NOTHING,
        GC_PAUSE,
        KV_PRESSURE,
        QUEUE,
        LOAD,
        CORE_SATURATED,
        CLOCK_DROP,
        RETRANSMITS,
        GENERATOR
    }

    private static final double STEP = 0.02;
    private static final int STEPS = 50;
    private static final int BLOCK = 16;

    private final Random random;
    private final Event event;
    private final int seconds;
    private final double rate;
    private final int blocks;
    private final int batch;
    private final List<int[]> active = new ArrayList<>();
    private final double intensity;
    private final double pauseSeconds;
    private final RunResults results;
    private final RunSeries series = new RunSeries();
    private final PhaseWindow window;
    private final Map<String, Wander> background = new HashMap<>();
    private final List<Decoy> decoys = new ArrayList<>();

    private final Deque<Request> waiting = new ArrayDeque<>();
    private final List<Request> running = new ArrayList<>();
    private final Deque<Request> unsent = new ArrayDeque<>();

    /** First-order autoregressive noise with that correlation from second to second and deviation 1. */
    private final class Wander {
        private final double correlation;
        private double value = random.nextGaussian();

        Wander(double correlation) {
            this.correlation = correlation;
        }

        double next() {
            value = correlation * value + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
            return value;
        }
    }

    /** A move of a signal that nothing follows from. */
    private record Decoy(String node, String metric, int from, int to, double value) {}

    private static final class Request {
        private final double scheduled;
        private double sent;
        private double firstToken = Double.NaN;
        private double lastToken;
        private final int input;
        private final int output;
        private double progress;
        private double heldUntil;

        Request(double scheduled, int input, int output) {
            this.scheduled = scheduled;
            this.input = input;
            this.output = output;
        }

        int blocks() {
            return (input + (int) progress) / BLOCK + 1;
        }
    }

    /** A run of four to six minutes. */
    SimulatedService(Event event, long seed) {
        this(event, seed, 0);
    }

    /** A run of that many seconds. */
    SimulatedService(Event event, long seed, int seconds) {
        random = new Random(seed);
        this.event = event;
        int minutes = 240 + random.nextInt(120);
        this.seconds = seconds > 0 ? seconds : minutes;
        rate = 9 + 7 * random.nextDouble();
        batch = 64;
        blocks = 900;
        intensity = random.nextDouble();
        pauseSeconds = 0.2 + 0.8 * random.nextDouble();
        window = TestingLoad.steady("steady", this.seconds);
        results = new RunResults("run", List.of(window));
        results.legStarts(0, 0);
        plan();
        decoys();
    }

    RunResults results() {
        return results;
    }

    RunSeries series() {
        return series;
    }

    /** What may be named first; nothing for nothing. */
    List<String> expected() {
        return switch (event) {
            case NOTHING -> List.of();
            case GC_PAUSE -> List.of("gc.pause");
            case KV_PRESSURE -> List.of("vllm.kv_cache.usage", "vllm.preemptions");
            case QUEUE -> List.of("vllm.requests.waiting");
            case LOAD -> List.of("request_rate.offered");
            case CORE_SATURATED -> List.of("cpu.core.max");
            case CLOCK_DROP -> List.of("gpu.clock.sm");
            case RETRANSMITS -> List.of("network.retransmits");
            case GENERATOR -> List.of("generator.gc.pause", "generator.event_loop_lag", "send_lag");
        };
    }

    /** Pauses come several times, the others once or twice. */
    private void plan() {
        boolean isPause = event == Event.GC_PAUSE || event == Event.GENERATOR;
        int times = event == Event.NOTHING ? 0 : isPause ? 1 + random.nextInt(6) : 1 + random.nextInt(2);
        for (int i = 0; i < times; i++) {
            int lead = Math.min(40, seconds / 4);
            int stretch = (seconds - 3 * lead / 2) / times;
            int length = isPause ? 1 : event == Event.QUEUE ? 3 + random.nextInt(5) : 10 + random.nextInt(50);
            length = Math.min(length, stretch / 2);
            int from = lead + i * stretch + random.nextInt(stretch - length);
            active.add(new int[] {from, from + length});
        }
        boolean lasts = !isPause && event != Event.QUEUE && event != Event.LOAD && random.nextInt(3) == 0;
        if (lasts && times == 1) {
            active.set(0, new int[] {seconds / 3 + random.nextInt(seconds / 3), seconds});
        }
    }

    private boolean isActive(int second) {
        return active.stream().anyMatch(a -> second >= a[0] && second < a[1]);
    }

    private void decoys() {
        for (String metric : List.of("cpu.core.max", "gc.pause", "network.retransmits", "io.pressure", "queue.depth")) {
            if (random.nextDouble() < Math.max(0.25, Math.min(0.5, seconds / 480.0))) {
                int length = metric.equals("gc.pause") ? 1 : 1 + random.nextInt(Math.min(40, seconds / 3));
                int from = random.nextInt(seconds - length);
                double value = switch (metric) {
                    case "gc.pause" -> 100 + 300 * random.nextDouble();
                    case "cpu.core.max" -> 60;
                    case "network.retransmits" -> 20;
                    default -> 40;
                };
                decoys.add(new Decoy("sidecar", metric, from, from + length, value));
            }
        }
    }

    private double decoy(String node, String metric, int second) {
        return decoys.stream()
                .filter(d -> d.node().equals(node) && d.metric().equals(metric))
                .filter(d -> second >= d.from() && second < d.to())
                .mapToDouble(Decoy::value)
                .sum();
    }

    private double noise(String name, double correlation) {
        return background.computeIfAbsent(name, none -> new Wander(correlation)).next();
    }

    /** Runs it to its end. */
    SimulatedService run() {
        for (int second = 0; second < seconds; second++) {
            second(second);
        }
        return this;
    }

    private void second(int second) {
        boolean on = isActive(second);
        double slow = Math.exp(0.02 * noise("speed", 0.95));
        slow *= on && event == Event.CLOCK_DROP ? 1 / (0.62 + 0.25 * intensity) : 1;
        slow *= on && event == Event.CORE_SATURATED ? 1.3 + 0.7 * intensity : 1;
        double now = rate * (on && event == Event.LOAD ? 1.6 + 0.5 * intensity : 1);
        int room = on && event == Event.KV_PRESSURE ? 90 + (int) (40 * intensity) : blocks;
        double stopFrom = second + random.nextDouble() * (1 - Math.min(0.9, pauseSeconds));
        double stopTo = stopFrom + pauseSeconds;
        Second seen = new Second();
        for (int step = 0; step < STEPS; step++) {
            double t = second + step * STEP;
            boolean stopped = on && t >= stopFrom && t < stopTo;
            arrive(t, now * STEP, seen);
            if (!(stopped && event == Event.GENERATOR)) {
                send(t, on && event == Event.RETRANSMITS, seen);
            }
            if (!(stopped && event == Event.GC_PAUSE)) {
                serve(t, slow, room, on && event == Event.QUEUE, seen);
            }
        }
        series.add(window, seen.moment(second));
        sample(second, on, slow, room, seen);
    }

    private void arrive(double t, double expected, Second seen) {
        double left = Math.exp(-expected);
        for (double product = random.nextDouble(); product > left; product *= random.nextDouble()) {
            int output = (int) Math.max(4, 48 * Math.exp(0.5 * random.nextGaussian()));
            unsent.add(new Request(t, 64 + random.nextInt(128), output));
            seen.scheduled++;
        }
    }

    private void send(double t, boolean loses, Second seen) {
        while (!unsent.isEmpty()) {
            Request request = unsent.poll();
            request.sent = t;
            request.heldUntil = loses && random.nextDouble() < 0.2 ? t + 0.3 + 0.3 * random.nextDouble() : t;
            waiting.add(request);
            seen.sent++;
            seen.add("send_lag", 0.1 + 0.1 * random.nextDouble() + 1000 * (t - request.scheduled));
        }
    }

    private void serve(double t, double slow, int room, boolean admitsNone, Second seen) {
        int used = running.stream().mapToInt(Request::blocks).sum();
        while (used > room && running.size() > 1) {
            Request last = running.removeLast();
            used -= last.blocks();
            last.progress = Math.min(last.progress, last.output - 1);
            waiting.addFirst(last);
            seen.preempted++;
        }
        int prefilled = 0;
        Iterator<Request> next = waiting.iterator();
        while (next.hasNext() && running.size() < batch && !admitsNone) {
            Request request = next.next();
            if (request.heldUntil > t) {
                continue;
            }
            if (used + request.blocks() > room - 2) {
                break;
            }
            next.remove();
            running.add(request);
            used += request.blocks();
            prefilled += request.input;
        }
        double perToken = slow * (0.012 + 0.0004 * running.size()) * Math.exp(0.08 * random.nextGaussian());
        perToken += 0.00004 * prefilled / Math.max(1, STEP / perToken);
        Iterator<Request> each = running.iterator();
        while (each.hasNext()) {
            if (advance(each.next(), t, perToken, seen)) {
                each.remove();
            }
        }
        seen.usage = Math.max(seen.usage, (double) used / room);
    }

    /** A token comes where the progress passes a whole number. */
    private boolean advance(Request request, double t, double perToken, Second seen) {
        double before = request.progress;
        request.progress = before + STEP / perToken;
        int last = Math.min((int) request.progress, request.output);
        for (int token = (int) before + 1; token <= last; token++) {
            double at = t + (token - before) * perToken;
            if (Double.isNaN(request.firstToken)) {
                request.firstToken = at;
                seen.add("ttft", 1000 * (at - request.scheduled));
            } else {
                seen.gap(1000 * (at - request.lastToken), 1);
            }
            request.lastToken = at;
            seen.tokens++;
        }
        if (request.progress < request.output) {
            return false;
        }
        seen.ended++;
        seen.add("latency", 1000 * (request.lastToken - request.scheduled));
        return true;
    }

    private void sample(int second, boolean on, double slow, int room, Second seen) {
        double t = second + 0.97;
        double load = running.size() / 20.0;
        Map<String, Double> gpu = new LinkedHashMap<>();
        double clock = on && event == Event.CLOCK_DROP ? 1980 * (0.62 + 0.25 * intensity) : 1980;
        gpu.put("gpu.clock.sm", clock - 15 * Math.abs(Math.rint(noise("clock", 0.5))));
        gpu.put("gpu.temperature", 60 + 15 * (1 - Math.exp(-second / 90.0)) + noise("heat", 0.9));
        gpu.put("gpu.power", 300 + 40 * load + 8 * noise("power", 0.7));
        gpu.put("gpu.utilization", Math.min(100, 70 + 15 * load + 4 * noise("busy", 0.5)));
        gpu.put("gpu.throttled", 0.0);
        gpu.put("vllm.requests.running", (double) running.size());
        gpu.put("vllm.requests.waiting", (double) waiting.size());
        gpu.put("vllm.kv_cache.usage", Math.min(1, seen.usage));
        gpu.put("vllm.preemptions", (double) seen.preempted);
        gpu.put("vllm.tokens.generation", (double) seen.tokens);
        machine(gpu, "gpu-0", second);
        if (on && event == Event.CORE_SATURATED) {
            gpu.put("cpu.core.max", 97 + 3 * random.nextDouble());
        }
        if (on && event == Event.RETRANSMITS) {
            gpu.merge("network.retransmits", 4.0 + random.nextInt(12), Double::sum);
        }
        give("gpu-0", t, gpu);
        Map<String, Double> gateway = new LinkedHashMap<>();
        double minor = random.nextInt(4) == 0 ? 2 + 6 * random.nextDouble() : 0;
        gateway.put("gc.pause", on && event == Event.GC_PAUSE ? 1000 * pauseSeconds : minor);
        machine(gateway, "gateway", second);
        give("gateway", t, gateway);
        Map<String, Double> sidecar = new LinkedHashMap<>();
        double own = random.nextInt(5) == 0 ? 2 + 10 * random.nextDouble() : 0;
        sidecar.put("gc.pause", own + decoy("sidecar", "gc.pause", second));
        sidecar.put("queue.depth", Math.max(0, 10 + 3 * noise("depth", 0.9) + decoy("sidecar", "queue.depth", second)));
        machine(sidecar, "sidecar", second);
        give("sidecar", t, sidecar);
        boolean stopped = on && event == Event.GENERATOR;
        Map<String, Double> generator = new LinkedHashMap<>();
        generator.put("generator.event_loop_lag", stopped ? 1000 * pauseSeconds : 1 + Math.abs(noise("lag", 0.3)));
        generator.put("generator.loop.cpu", 20 + 3 * noise("loop", 0.8));
        generator.put("generator.steal", Math.max(0, 0.2 * noise("steal", 0.6)));
        generator.put("generator.gc.pause", random.nextInt(9) == 0 ? 3 + random.nextDouble() : 0);
        give("generator", t, generator);
    }

    /** What every machine has. */
    private void machine(Map<String, Double> readings, String node, int second) {
        double core = 45 + 6 * noise(node + ".core", 0.8) + decoy(node, "cpu.core.max", second);
        readings.put("cpu.core.max", Math.max(0, Math.min(100, core)));
        readings.put("cpu.utilization", 25 + 3 * noise(node + ".cpu", 0.9));
        readings.put("cpu.steal", Math.max(0, 0.3 * noise(node + ".steal", 0.5)));
        readings.put("cpu.iowait", Math.max(0, 0.5 + 0.5 * noise(node + ".iowait", 0.7)));
        double bursts = Math.exp(0.7 * noise(node + ".loss", 0.6));
        readings.put("network.retransmits", Math.floor(bursts) + decoy(node, "network.retransmits", second));
        readings.put("io.pressure", Math.max(0, 1 + noise(node + ".io", 0.8)) + decoy(node, "io.pressure", second));
        readings.put("memory.used", 40 + 0.01 * second + 0.2 * noise(node + ".memory", 0.95));
    }

    private void give(String node, double t, Map<String, Double> values) {
        Map<String, Reading> readings = new HashMap<>();
        values.forEach((name, value) -> readings.put(name, Reading.of(value)));
        results.add(new NodeSample(node, "test", "agent", 0, readings), t);
    }

    /** What is seen in one second. */
    private static final class Second {
        private final Map<String, Moment.Sum> sums = new HashMap<>();
        private double[] gaps = new double[256];
        private int gapCount;
        private long scheduled;
        private long sent;
        private long ended;
        private long tokens;
        private int preempted;
        private double usage;

        void add(String metric, double value) {
            sums.merge(metric, new Moment.Sum(value, 1), Moment.Sum::plus);
        }

        void gap(double millis, int tokens) {
            sums.merge("itl", new Moment.Sum(millis * tokens, tokens), Moment.Sum::plus);
            for (int i = 0; i < tokens; i++) {
                if (gapCount == gaps.length) {
                    gaps = Arrays.copyOf(gaps, 2 * gapCount);
                }
                gaps[gapCount++] = millis;
            }
        }

        Moment moment(int second) {
            Optional<Double> tail = Optional.empty();
            if (gapCount > 0) {
                double[] sorted = Arrays.copyOf(gaps, gapCount);
                Arrays.sort(sorted);
                tail = Optional.of(sorted[(int) (0.99 * (gapCount - 1))]);
            }
            return new Moment(second, 1, sums, tail, scheduled, sent, ended, 0, tokens);
        }
    }
}
