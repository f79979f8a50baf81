package dev.plimsoll.agent.preflight;

import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.probes.HttpSource;
import dev.plimsoll.agent.probes.PrometheusText;
import dev.plimsoll.agent.probes.PrometheusText.Sample;
import dev.plimsoll.agent.protocol.PagesRequest;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks at another machine by the pages of its exporters. They tell a part of what an agent on the machine would: what they do
 * not tell is not among the facts. A page that cannot be had is told by {@link MachineFact#PAGES}. Safe for use by several
 * threads.
 */
public final class PageLook {
    private static final Duration LIMIT = Duration.ofSeconds(4);
    private static final String ACCEPT = "text/plain; version=0.0.4, */*; q=0.1";
    private static final double MICROS_PER_SECOND = 1e6;

    private final HttpFetch fetch;

    /**
     * Asks for nothing yet.
     *
     * @param fetch closed by who made it
     */
    public PageLook(HttpFetch fetch) {
        this.fetch = fetch;
    }

    /** Gets all pages at once, each within 4 s; always succeeds. */
    public Future<MachineFacts> look(PagesRequest request) {
        List<Future<Page>> pages = request.pages().stream().map(this::get).toList();
        return Future.join(pages).transform(all -> {
            Map<MachineFact, Fact> machine = new EnumMap<>(MachineFact.class);
            Map<String, Map<GpuFact, Fact>> gpus = new TreeMap<>();
            List<String> problems = new ArrayList<>();
            for (Future<Page> page : pages) {
                if (page.failed()) {
                    problems.add(String.valueOf(page.cause().getMessage()));
                    continue;
                }
                switch (page.result().exporter()) {
                    case NODE -> node(page.result().text(), request.model(), machine);
                    case DCGM -> dcgm(page.result().text(), machine, gpus);
                }
            }
            machine.put(
                    MachineFact.PAGES, problems.isEmpty() ? Fact.of("read") : Fact.absent(String.join("; ", problems)));
            return Future.succeededFuture(new MachineFacts(request.host(), machine, List.copyOf(gpus.values())));
        });
    }

    private record Page(PagesRequest.Exporter exporter, PrometheusText text) {}

    private Future<Page> get(PagesRequest.Page page) {
        HttpSource source;
        try {
            source = HttpSource.of(URI.create(page.url()), Map.of(), ACCEPT);
        } catch (IllegalArgumentException e) {
            return Future.failedFuture("\"" + page.url() + "\" is no URL");
        }
        return fetch.fetch(source.get(LIMIT))
                .compose(answer -> text(source, answer))
                .map(text -> new Page(page.exporter(), text));
    }

    private static Future<PrometheusText> text(HttpSource source, Fetched answer) {
        return answer.ok() && !answer.truncated()
                ? Future.succeededFuture(PrometheusText.parse(answer.text()))
                : Future.failedFuture(new IOException(source.address() + " answers with status " + answer.status()));
    }

    // The node exporter

    private static void node(PrometheusText page, Optional<String> model, Map<MachineFact, Fact> facts) {
        first(page, "node_timex_sync_status").ifPresent(synced -> {
            double error = first(page, "node_timex_maxerror_seconds").orElse(0.0);
            facts.put(
                    MachineFact.CLOCK,
                    Fact.of((synced == 1 ? "synchronised " : "unsynchronised ")
                            + Math.round(error * MICROS_PER_SECOND)));
        });
        Optional<Double> total = first(page, "node_memory_SwapTotal_bytes");
        Optional<Double> free = first(page, "node_memory_SwapFree_bytes");
        if (total.isPresent() && free.isPresent()) {
            facts.put(MachineFact.SWAP, Fact.of(Math.round(total.get() - free.get()) + " " + Math.round(total.get())));
        }
        TreeSet<String> governors = new TreeSet<>();
        for (Sample sample : page.named("node_cpu_scaling_governor")) {
            if (sample.value() == 1) {
                governors.add(sample.label("governor"));
            }
        }
        if (!governors.isEmpty()) {
            facts.put(MachineFact.CPU_GOVERNOR, Fact.of(String.join(", ", governors)));
        }
        model.flatMap(path -> free(page, path))
                .ifPresent(bytes -> facts.put(MachineFact.DISK_FREE, Fact.of(Math.round(bytes))));
    }

    /** What is free on the file system with the longest mount point above that path. */
    private static Optional<Double> free(PrometheusText page, String path) {
        Optional<Double> found = Optional.empty();
        int longest = -1;
        for (Sample sample : page.named("node_filesystem_avail_bytes")) {
            String mount = sample.label("mountpoint");
            String prefix = mount.endsWith("/") ? mount : mount + "/";
            if ((path + "/").startsWith(prefix) && prefix.length() > longest) {
                longest = prefix.length();
                found = Optional.of(sample.value());
            }
        }
        return found;
    }

    private static Optional<Double> first(PrometheusText page, String name) {
        return page.named(name).stream()
                .map(Sample::value)
                .filter(Double::isFinite)
                .findFirst();
    }

    // The dcgm exporter

    private static void dcgm(
            PrometheusText page, Map<MachineFact, Fact> machine, Map<String, Map<GpuFact, Fact>> gpus) {
        TreeMap<String, Map<String, Sample>> byGpu = new TreeMap<>();
        page.all()
                .forEach((name, samples) -> samples.stream()
                        .filter(sample ->
                                name.startsWith("DCGM_") && !sample.label("gpu").isEmpty())
                        // What is of an instance is not of the GPU.
                        .filter(sample -> sample.label("GPU_I_ID").isEmpty())
                        .forEach(sample -> byGpu.computeIfAbsent(padded(sample.label("gpu")), gpu -> new TreeMap<>())
                                .putIfAbsent(name, sample)));
        if (byGpu.isEmpty()) {
            return;
        }
        machine.put(MachineFact.GPUS, Fact.of(byGpu.size()));
        byGpu.values().stream()
                .flatMap(samples -> samples.values().stream())
                .map(sample -> sample.label("DCGM_FI_DRIVER_VERSION"))
                .filter(version -> !version.isEmpty())
                .findFirst()
                .ifPresent(version -> machine.put(MachineFact.DRIVER, Fact.of(version)));
        byGpu.forEach((gpu, samples) -> gpus.put(gpu, gpu(samples)));
    }

    /** So that names of numbers are in the order of the numbers. */
    private static String padded(String number) {
        return "0".repeat(Math.max(0, 4 - number.length())) + number;
    }

    private static Map<GpuFact, Fact> gpu(Map<String, Sample> samples) {
        Map<GpuFact, Fact> facts = new EnumMap<>(GpuFact.class);
        samples.values().stream()
                .map(sample -> sample.label("modelName"))
                .filter(name -> !name.isEmpty())
                .findFirst()
                .ifPresent(name -> facts.put(GpuFact.NAME, Fact.of(name)));
        put(facts, GpuFact.UTILIZATION, samples, "DCGM_FI_DEV_GPU_UTIL");
        put(facts, GpuFact.PCIE_GENERATION, samples, "DCGM_FI_DEV_PCIE_LINK_GEN");
        put(facts, GpuFact.PCIE_GENERATION_MOST, samples, "DCGM_FI_DEV_PCIE_MAX_LINK_GEN");
        put(facts, GpuFact.PCIE_WIDTH, samples, "DCGM_FI_DEV_PCIE_LINK_WIDTH");
        put(facts, GpuFact.PCIE_WIDTH_MOST, samples, "DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH");
        put(facts, GpuFact.POWER_LIMIT, samples, "DCGM_FI_DEV_POWER_MGMT_LIMIT");
        put(facts, GpuFact.POWER_DEFAULT, samples, "DCGM_FI_DEV_POWER_MGMT_LIMIT_DEF");
        value(samples, "DCGM_FI_DEV_ROW_REMAP_FAILURE")
                .ifPresent(failed -> facts.put(GpuFact.REMAP_FAILED, Fact.of(failed > 0 ? "Yes" : "No")));
        value(samples, "DCGM_FI_DEV_ROW_REMAP_PENDING")
                .ifPresent(pending -> facts.put(GpuFact.REMAP_PENDING, Fact.of(pending > 0 ? "Yes" : "No")));
        value(samples, "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL").ifPresent(errors -> {
            // It counts only where ECC is on.
            facts.put(GpuFact.ECC, Fact.of("Enabled"));
            facts.put(GpuFact.ECC_UNCORRECTED, Fact.of(Math.round(errors)));
        });
        Optional<Double> free = value(samples, "DCGM_FI_DEV_FB_FREE");
        Optional<Double> used = value(samples, "DCGM_FI_DEV_FB_USED");
        if (free.isPresent() && used.isPresent()) {
            double reserved = value(samples, "DCGM_FI_DEV_FB_RESERVED").orElse(0.0);
            facts.put(GpuFact.MEMORY_FREE, Fact.of(Math.round(free.get())));
            facts.put(GpuFact.MEMORY_TOTAL, Fact.of(Math.round(free.get() + used.get() + reserved)));
        }
        return facts;
    }

    private static void put(Map<GpuFact, Fact> facts, GpuFact fact, Map<String, Sample> samples, String name) {
        value(samples, name).ifPresent(value -> facts.put(fact, Fact.of(Math.round(value))));
    }

    /** The number; absent where DCGM has none, which it says with numbers above these. */
    private static Optional<Double> value(Map<String, Sample> samples, String name) {
        Sample sample = samples.get(name);
        return sample != null && sample.value() >= 0 && sample.value() < 0x7ffffff0L
                ? Optional.of(sample.value())
                : Optional.empty();
    }
}
