package dev.plimsoll.reports.preflight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one check found at one GPU.
 *
 * @param outcome what became of it
 * @param found what there is
 */
record GpuFinding(Outcome outcome, String found) {
    static GpuFinding ok(String found) {
        return new GpuFinding(Outcome.OK, found);
    }

    static GpuFinding unknown(String why) {
        return new GpuFinding(Outcome.UNKNOWN, "not known: " + why);
    }

    static GpuFinding warn(String found) {
        return new GpuFinding(Outcome.WARN, found);
    }

    static GpuFinding fail(String found) {
        return new GpuFinding(Outcome.FAIL, found);
    }

    /**
     * The worst of all, and what each has; those that have the same are told together, the worst first.
     *
     * @param findings by the GPU's number, one at least
     */
    static GpuFinding together(Map<Integer, GpuFinding> findings) {
        Outcome worst = findings.values().stream().map(GpuFinding::outcome).reduce(Outcome.OK, Outcome::or);
        Map<GpuFinding, List<Integer>> groups = new LinkedHashMap<>();
        findings.forEach((gpu, finding) ->
                groups.computeIfAbsent(finding, one -> new ArrayList<>()).add(gpu));
        if (groups.size() == 1) {
            GpuFinding same = groups.keySet().iterator().next();
            return findings.size() == 1 ? same : new GpuFinding(worst, "all " + findings.size() + ": " + same.found());
        }
        String found = groups.entrySet().stream()
                .sorted((a, b) -> b.getKey().outcome().compareTo(a.getKey().outcome()))
                .map(group -> "GPU " + numbers(group.getValue()) + ": "
                        + group.getKey().found())
                .collect(Collectors.joining("; "));
        return new GpuFinding(worst, found);
    }

    private static String numbers(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
