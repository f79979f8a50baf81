package dev.plimsoll.reports.verdict.baseline;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Under what a run was measured: what must be the same for a change to be the release's. Immutable.
 *
 * <p>What is not known of one of two runs is no difference; it is told as unknown.
 */
public final class Circumstances {
    /** Sizes that follow from the memory that was free at the start, and that nobody set. */
    private static final Set<String> BY_FREE_MEMORY =
            Set.of("num_gpu_blocks", "kv_cache_size_tokens", "kv_cache_max_concurrency");

    /** Tells replicas of one server apart, not servers. */
    private static final String ENGINE = "engine";

    private static final double TOLERANCE = 0.02;
    private static final int SHOWN_LABELS = 3;

    private final LoadKey load;
    private final String model;
    private final String vllmVersion;
    private final Map<String, String> cacheConfig;
    private final List<GpuKind> gpus;
    private final List<String> unfit;

    private Circumstances(
            LoadKey load,
            String model,
            String vllmVersion,
            Map<String, String> cacheConfig,
            List<GpuKind> gpus,
            List<String> unfit) {
        this.load = requireNonNull(load, "load");
        this.model = requireNonNull(model, "model");
        this.vllmVersion = requireNonNull(vllmVersion, "vllmVersion");
        this.cacheConfig = new TreeMap<>(cacheConfig);
        this.gpus = gpus;
        this.unfit = unfit;
    }

    /**
     * Of a run.
     *
     * @param loadHash of what shapes its load; empty where there is none, as in files of other tools
     * @param model that requests named; empty where it is not known
     * @param vllmVersion as the server said; empty where it did not
     * @param cacheConfig labels of {@code vllm:cache_config_info}; empty where they are not known
     * @param results what was measured, for the kinds of GPUs
     * @param unfit what speaks against its generator, a sentence each
     */
    public static Circumstances of(
            String loadHash,
            String model,
            String vllmVersion,
            Map<String, String> cacheConfig,
            RunResults results,
            List<String> unfit) {
        return new Circumstances(
                new LoadKey("", loadHash), model, vllmVersion, cacheConfig, GpuKind.of(results), List.copyOf(unfit));
    }

    /**
     * Of another tool's file.
     *
     * @param tool which tool
     * @param load its settings of the load in one clause; empty where the file does not tell
     * @param model that requests named; empty where the file does not tell
     */
    public static Circumstances ofFile(String tool, String load, String model) {
        return new Circumstances(new LoadKey(tool, load), model, "", Map.of(), List.of(), List.of());
    }

    /** What shapes a load: a hash of Plimsoll, or another tool's settings. */
    private record LoadKey(String tool, String text) {
        private static final int SHOWN = 12;

        boolean isEmpty() {
            return text.isEmpty();
        }

        @Override
        public String toString() {
            return tool.isEmpty() && text.length() > SHOWN
                    ? text.substring(0, SHOWN) + " (name, workload, phases, API and model shape it)"
                    : text;
        }
    }

    /**
     * Something that differs.
     *
     * @param kind what may be allowed to differ; absent for what never may
     * @param sentence a clause: what it was, and what it is now
     */
    public record Mismatch(Optional<Difference> kind, String sentence) {}

    /**
     * Why an earlier run cannot be compared with this one; empty when it can.
     *
     * @param earlier the earlier run's
     * @param allow what may differ
     */
    public List<Mismatch> mismatches(Circumstances earlier, Set<Difference> allow) {
        List<Mismatch> found = new ArrayList<>(differences(earlier, allow));
        if (!earlier.unfit.isEmpty()) {
            found.add(new Mismatch(Optional.empty(), "its generator was not fit: " + earlier.unfit.getFirst()));
        }
        return found;
    }

    /** What differs between two runs, whichever of them had a fit generator. */
    public List<Mismatch> differences(Circumstances earlier, Set<Difference> allow) {
        List<Mismatch> found = new ArrayList<>();
        load(earlier).ifPresent(found::add);
        text(Difference.MODEL, earlier.model, model).ifPresent(found::add);
        text(Difference.VLLM_VERSION, earlier.vllmVersion, vllmVersion).ifPresent(found::add);
        cache(earlier).ifPresent(found::add);
        gpu(earlier).ifPresent(found::add);
        return found.stream()
                .filter(m -> m.kind().map(kind -> !allow.contains(kind)).orElse(true))
                .toList();
    }

    /* Loads of two tools are described in two languages. */
    private Optional<Mismatch> load(Circumstances earlier) {
        if (!knowsLoadOf(earlier) || load.equals(earlier.load)) {
            return Optional.empty();
        }
        return Optional.of(new Mismatch(Optional.empty(), "load " + earlier.load + ", now " + load));
    }

    /** Whether both tell the same: nothing differs, and what one tells the other does, too. */
    public boolean isLike(Circumstances other) {
        return differences(other, Set.of()).isEmpty() && unknown(other).isEmpty();
    }

    /** What one of the two runs does not tell: what, and whether it is the earlier one. */
    public record Unknown(String what, boolean ofEarlier) {
        /** As a clause. */
        public String clause() {
            return what + " is not known of " + (ofEarlier ? "the earlier one" : "this run");
        }
    }

    /** What one of the two runs does not tell. */
    public List<Unknown> unknown(Circumstances earlier) {
        List<Unknown> found = new ArrayList<>();
        unknown("the model", model.isEmpty(), earlier.model.isEmpty(), found);
        unknown("the vLLM version", vllmVersion.isEmpty(), earlier.vllmVersion.isEmpty(), found);
        unknown("cache_config_info", cacheConfig.isEmpty(), earlier.cacheConfig.isEmpty(), found);
        unknown("the kind of GPU", gpus.isEmpty(), earlier.gpus.isEmpty(), found);
        return found;
    }

    /** Whether the loads of both are described in the same language. */
    public boolean knowsLoadOf(Circumstances earlier) {
        return load.tool().equals(earlier.load.tool()) && !load.isEmpty() && !earlier.load.isEmpty();
    }

    /** What spoke against the run's generator. */
    public List<String> unfit() {
        return unfit;
    }

    /** Mismatches as one clause, with how to allow them where they may be allowed; {@code %s} stands for which. */
    public static String sentence(List<Mismatch> mismatches, String allowance) {
        String what = mismatches.stream().map(Mismatch::sentence).collect(Collectors.joining("; "));
        List<String> labels = mismatches.stream()
                .flatMap(m -> m.kind().stream())
                .map(Difference::label)
                .toList();
        return labels.isEmpty() || labels.size() < mismatches.size()
                ? what
                : what + "; if that is what the release changes, say so: "
                        + allowance.replace("%s", String.join(",", labels));
    }

    private static void unknown(String what, boolean now, boolean before, List<Unknown> found) {
        if (now != before) {
            found.add(new Unknown(what, before));
        }
    }

    private static Optional<Mismatch> text(Difference kind, String before, String now) {
        return before.isEmpty() || now.isEmpty() || before.equals(now)
                ? Optional.empty()
                : Optional.of(new Mismatch(Optional.of(kind), kind.noun() + " " + before + ", now " + now));
    }

    /* A label that only one of them has came or went with a version. */
    private Optional<Mismatch> cache(Circumstances earlier) {
        List<String> changed = new ArrayList<>();
        cacheConfig.forEach((label, now) -> {
            String before = earlier.cacheConfig.get(label);
            if (before != null && !label.equals(ENGINE) && !isSame(label, before, now)) {
                changed.add(label + " " + before + ", now " + now);
            }
        });
        if (changed.isEmpty()) {
            return Optional.empty();
        }
        int more = changed.size() - SHOWN_LABELS;
        String shown = String.join("; ", changed.subList(0, Math.min(SHOWN_LABELS, changed.size())));
        return Optional.of(new Mismatch(
                Optional.of(Difference.CACHE_CONFIG),
                Difference.CACHE_CONFIG.noun() + " " + shown + (more > 0 ? "; and " + more + " more" : "")));
    }

    private static boolean isSame(String label, String before, String now) {
        if (before.equals(now)) {
            return true;
        }
        if (!BY_FREE_MEMORY.contains(label)) {
            return false;
        }
        try {
            double one = Double.parseDouble(before);
            double other = Double.parseDouble(now);
            return Math.abs(one - other) <= TOLERANCE * Math.max(Math.abs(one), Math.abs(other));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private Optional<Mismatch> gpu(Circumstances earlier) {
        if (gpus.isEmpty() || earlier.gpus.isEmpty()) {
            return Optional.empty();
        }
        boolean same = gpus.size() == earlier.gpus.size();
        for (int i = 0; same && i < gpus.size(); i++) {
            same = gpus.get(i).isLike(earlier.gpus.get(i));
        }
        return same
                ? Optional.empty()
                : Optional.of(new Mismatch(Optional.of(Difference.GPU), words(earlier.gpus) + ", now " + words(gpus)));
    }

    private static String words(List<GpuKind> gpus) {
        return gpus.stream().map(GpuKind::toString).collect(Collectors.joining(" and "));
    }
}
