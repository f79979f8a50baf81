package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.probes.PrometheusText.Sample;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA GPUs by the page of dcgm-exporter.
 *
 * <p>A GPU that is partitioned (MIG) has a line for each instance: what belongs to the whole GPU, such as temperature,
 * power and clocks, is taken once; memory and activity are the instances' own, which are named {@code gpu.0_7} for
 * instance 7 on GPU 0.
 *
 * <p>The exporter reads GPUs at an interval of its own, 30 s unless told otherwise, and serves the same values meanwhile.
 * Shares of time are therefore taken from one change of the page to the next, and a slow exporter is remarked once.
 */
final class DcgmProbe implements Probe {
    private static final List<String> SHARES = List.of("gpu.throttled", "gpu.throttled.power_cap");
    private static final double NANOS_PER_PERCENT = 1e7;
    private static final double PERCENT = 100;
    private static final double NANOS_PER_SECOND = 1e9;
    /** Changes of the page from which its interval is known. */
    private static final int CHANGES = 3;
    /** How much slower than asked an exporter is remarked. */
    private static final double SLOWER = 1.8;
    /** Intervals without a change after which the page is remarked. */
    private static final int STILL = 60;

    private final PageSource source;
    private final List<Integer> wanted;
    private final Duration interval;
    private final GpuNode node = new GpuNode();
    private final Map<String, Counters> before = new HashMap<>();
    private @Nullable Map<String, List<Double>> valuesBefore;
    private boolean seen;
    private long changedNanos;
    private int changes;
    private final List<Double> gaps = new ArrayList<>();
    private Optional<String> remark = Optional.empty();

    /**
     * Reads that page.
     *
     * @param wanted the numbers of the GPUs to watch; empty: all
     * @param interval at which it is asked
     */
    DcgmProbe(PageSource source, List<Integer> wanted, Duration interval) {
        this.source = source;
        this.wanted = List.copyOf(wanted);
        this.interval = interval;
    }

    @Override
    public String type() {
        return "dcgm";
    }

    @Override
    public Set<String> metrics() {
        Set<String> metrics = new LinkedHashSet<>();
        metrics.add(GpuNode.COUNT);
        metrics.addAll(GpuNode.metrics());
        return metrics;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        return source.get().map(this::read);
    }

    @Override
    public Optional<String> remark() {
        return remark;
    }

    private Map<String, Reading> read(PageSource.Page page) {
        Map<Place, Map<String, Sample>> byPlace = places(page.text());
        if (byPlace.isEmpty()) {
            return all(
                    seen
                            ? Reading.failed("no GPU is on " + source.address() + " this time")
                            : Reading.notAvailable(
                                    "no DCGM metrics of a GPU on " + source.address() + "; is the URL right?"));
        }
        seen = true;
        boolean changed = changed(page);
        List<GpuNode.Gpu> gpus = new ArrayList<>();
        Map<String, Map<String, Sample>> whole = new LinkedHashMap<>();
        Map<String, List<Place>> instances = new LinkedHashMap<>();
        byPlace.forEach((place, samples) -> {
            whole.computeIfAbsent(place.gpu(), gpu -> new HashMap<>()).putAll(samples);
            instances.computeIfAbsent(place.gpu(), gpu -> new ArrayList<>()).add(place);
        });
        whole.forEach((gpu, samples) -> {
            String identity = identity(gpu, samples);
            Map<String, Reading> readings = new LinkedHashMap<>(DcgmFields.ofGpu(samples));
            shares(identity, samples, page.nanos(), changed, readings);
            List<Place> partitions = instances.getOrDefault(gpu, List.of()).stream()
                    .filter(place -> !place.instance().isEmpty())
                    .toList();
            if (partitions.isEmpty()) {
                readings.putAll(DcgmFields.ofInstance(samples));
            }
            gpus.add(new GpuNode.Gpu(identity, gpu, readings));
            for (Place place : partitions) {
                gpus.add(new GpuNode.Gpu(
                        identity + "/" + place.instance(),
                        gpu + "_" + place.instance(),
                        DcgmFields.ofInstance(byPlace.getOrDefault(place, Map.of()))));
            }
        });
        return node.readings(gpus);
    }

    /**
     * What samples are of.
     *
     * @param gpu its number
     * @param instance the number of the instance; empty: the whole GPU
     */
    private record Place(String gpu, String instance) {}

    private Map<Place, Map<String, Sample>> places(PrometheusText text) {
        Map<Place, Map<String, Sample>> places =
                new TreeMap<>(Comparator.comparingInt((Place place) -> Integer.parseInt(place.gpu()))
                        .thenComparing(Place::instance));
        text.all().values().forEach(samples -> {
            for (Sample sample : samples) {
                String gpu = sample.label("gpu");
                String instance = sample.label("GPU_I_ID");
                boolean known = sample.name().toUpperCase(Locale.ROOT).startsWith(DcgmFields.PREFIX)
                        && gpu.matches("[0-9]{1,4}")
                        && instance.matches("[0-9]{0,4}")
                        && (wanted.isEmpty() || wanted.contains(Integer.valueOf(gpu)));
                if (known) {
                    // A line for each pod or process repeats the value.
                    places.computeIfAbsent(new Place(gpu, instance), place -> new HashMap<>())
                            .putIfAbsent(sample.name(), sample);
                }
            }
        });
        return places;
    }

    private static String identity(String gpu, Map<String, Sample> samples) {
        return samples.values().stream()
                .map(sample -> sample.label("UUID").isEmpty() ? sample.label("uuid") : sample.label("UUID"))
                .filter(uuid -> !uuid.isEmpty())
                .sorted()
                .findFirst()
                .orElse("number " + gpu);
    }

    /** Puts the shares of time since the page changed the last time, where it has changed again. */
    private void shares(
            String identity, Map<String, Sample> samples, long nanos, boolean changed, Map<String, Reading> readings) {
        Counters now = new Counters(nanos);
        Counters earlier = before.get(identity);
        for (String metric : SHARES) {
            Map<String, Double> held = DcgmFields.heldNanos(metric, samples);
            held.forEach(now::put);
            if (held.isEmpty()) {
                readings.put(metric, DcgmFields.heldNow(metric, samples));
            } else if (changed) {
                share(held.keySet(), now, earlier).ifPresent(reading -> readings.put(metric, reading));
            }
        }
        // The first page may have been read long before it was asked for.
        if (changed) {
            before.put(identity, now);
        }
    }

    private static Optional<Reading> share(Set<String> names, Counters now, @Nullable Counters earlier) {
        double most = -1;
        for (String name : names) {
            switch (now.since(earlier, name).orElse(null)) {
                case null -> {}
                case Counters.Change.Reset reset -> {
                    return Optional.of(Counters.reset());
                }
                case Counters.Change.Growth growth ->
                    most = Math.max(most, growth.amount() / growth.seconds() / NANOS_PER_PERCENT);
            }
        }
        return most < 0 ? Optional.empty() : Optional.of(Reading.of(Math.min(PERCENT, most)));
    }

    // The exporter's own interval

    /** Whether the exporter has read the GPUs anew since the page before; not so for the first page. */
    private boolean changed(PageSource.Page page) {
        Map<String, List<Double>> values = new HashMap<>();
        page.text().all().forEach((name, samples) -> {
            if (name.toUpperCase(Locale.ROOT).startsWith(DcgmFields.PREFIX)) {
                values.put(name, samples.stream().map(Sample::value).toList());
            }
        });
        Map<String, List<Double>> earlier = valuesBefore;
        valuesBefore = values;
        if (earlier == null) {
            changedNanos = page.nanos();
            return false;
        }
        double gap = (page.nanos() - changedNanos) / NANOS_PER_SECOND;
        double asked = interval.toNanos() / NANOS_PER_SECOND;
        if (values.equals(earlier)) {
            if (remark.isEmpty() && gap > STILL * asked) {
                remark = Optional.of(sentence("have not changed for " + Math.round(gap) + " s", asked));
            }
            return false;
        }
        changedNanos = page.nanos();
        changes++;
        // The time to the first change is only a part of the exporter's interval.
        if (changes > 1 && gaps.size() < CHANGES) {
            gaps.add(gap);
            double typical = gaps.stream().sorted().toList().get(gaps.size() / 2);
            if (gaps.size() == CHANGES && remark.isEmpty() && typical > SLOWER * asked) {
                remark = Optional.of(sentence("change every " + Math.round(typical) + " s", asked));
            }
        }
        return true;
    }

    private String sentence(String what, double asked) {
        return String.format(
                Locale.ROOT,
                "The values of dcgm-exporter on %s %s, though it is asked every %s s: what is shorter is not seen, and"
                        + " times are off by as much. Start it with -c %d, or watch the GPUs by nvidia-smi.",
                source.address(),
                what,
                asked == Math.rint(asked) ? Long.toString((long) asked) : Double.toString(asked),
                interval.toMillis());
    }
}
