package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The words every renderer begins with: what came out, with what sign and exit code, and why.
 *
 * @param word the verdict, or how a run without one ended
 * @param sign one character that says the same
 * @param style the class of its colour: {@code good}, {@code bad}, {@code unsure} or {@code plain}
 * @param exitCode of the process, where there is a verdict
 * @param reasons why, a sentence each
 */
record Headline(String word, String sign, String style, Optional<Integer> exitCode, List<String> reasons) {
    /** How the reason of a run begins that a signal ended. */
    private static final String INTERRUPTED = "interrupted by ";

    private static final int INTERRUPTED_CODE = 4;

    /** Of a run. */
    static Headline of(ReportData data) {
        return of(data.info(), data.verdict());
    }

    /** Of a run and its verdict, if it has one. */
    static Headline of(RunInfo info, Optional<Verdict> verdict) {
        List<String> reasons = new ArrayList<>();
        if (verdict.isPresent()) {
            reasons.addAll(verdict.get().reasons());
        }
        boolean known = info.reason().isBlank() || reasons.stream().anyMatch(r -> r.contains(info.reason()));
        if (!known) {
            reasons.add(info.reason());
        }
        if (verdict.isPresent()) {
            boolean interrupted =
                    info.status() == RunInfo.Status.ABORTED && info.reason().startsWith(INTERRUPTED);
            return switch (verdict.get().verdict()) {
                case PROMOTE -> new Headline("PROMOTE", "✓", "good", code(0, interrupted), reasons);
                case ROLLBACK -> new Headline("ROLLBACK", "✗", "bad", code(1, interrupted), reasons);
                case INCONCLUSIVE -> new Headline("INCONCLUSIVE", "?", "unsure", code(3, interrupted), reasons);
            };
        }
        String word = info.status().label().toUpperCase(Locale.ROOT);
        return switch (info.status()) {
            case FINISHED -> new Headline(word, "✓", "plain", Optional.empty(), reasons);
            case RUNNING, ABORTED, PARTIAL -> new Headline(word, "!", "unsure", Optional.empty(), reasons);
        };
    }

    /** A gate that a signal ended has failed, whatever its verdict. */
    private static Optional<Integer> code(int ofVerdict, boolean interrupted) {
        return Optional.of(interrupted ? INTERRUPTED_CODE : ofVerdict);
    }

    /** The sign of a check's outcome. */
    static String sign(Verdict.CheckOutcome outcome) {
        return switch (outcome) {
            case PASS -> "✓";
            case FAIL -> "✗";
            case UNDECIDED -> "?";
            case NO_DATA -> "–";
        };
    }

    /** The word for a check's outcome. */
    static String word(Verdict.CheckOutcome outcome) {
        return outcome == Verdict.CheckOutcome.NO_DATA ? "no data" : outcome.label();
    }

    /** The class of a check's colour. */
    static String style(Verdict.CheckOutcome outcome) {
        return switch (outcome) {
            case PASS -> "good";
            case FAIL -> "bad";
            case UNDECIDED, NO_DATA -> "unsure";
        };
    }

    /** The interval of a check, if it has one. */
    static Optional<String> interval(Verdict.Check check) {
        if (check.low().isEmpty() && check.high().isEmpty()) {
            return Optional.empty();
        }
        Optional<String> low = check.low().map(v -> Limit.value(check, v));
        Optional<String> high = check.high().map(v -> Limit.value(check, v));
        if (low.isEmpty() || high.isEmpty()) {
            return low.map(v -> "≥ " + v).or(() -> high.map(v -> "≤ " + v));
        }
        return Optional.of(low.get() + " … " + high.get());
    }

    /** How long the run took, from its first to its last moment. */
    static Optional<String> took(RunInfo info) {
        return info.ended()
                .map(end ->
                        Quantities.clock(Duration.between(info.started(), end).toMillis() / 1000.0));
    }

    /** One sentence on the generator. */
    static String generator(Summary.GeneratorSummary generator) {
        boolean measured = generator.sendLagP99Millis().isPresent()
                || generator.eventLoopLagP99Millis().isPresent()
                || generator.cpuMax().isPresent();
        if (generator.fit() && !measured) {
            return "nothing was measured of it";
        }
        List<String> parts = new ArrayList<>();
        parts.add(generator.fit() ? "fit to measure" : "NOT FIT to measure");
        generator.sendLagP99Millis().ifPresent(v -> parts.add("send lag p99 " + Quantities.millis(v)));
        generator.eventLoopLagP99Millis().ifPresent(v -> parts.add("event-loop lag p99 " + Quantities.millis(v)));
        generator.cpuMax().ifPresent(v -> parts.add("busiest event loop " + Quantities.percent(v) + " of a core"));
        return String.join(", ", parts);
    }

    /** Failures by class over all phases, the most frequent first. */
    static List<Map.Entry<String, Long>> errors(Summary summary) {
        Map<String, Long> sum = new TreeMap<>();
        for (Summary.PhaseSummary phase : summary.phases()) {
            phase.all().counts().errors().forEach((name, count) -> sum.merge(name, count, Long::sum));
        }
        sum.values().removeIf(count -> count == 0);
        List<Map.Entry<String, Long>> list = new ArrayList<>(sum.entrySet());
        list.sort(Map.Entry.<String, Long>comparingByValue().reversed());
        return list;
    }

    /** Events that show an error of that class, by its label. */
    static List<RunEvent> examples(List<RunEvent> events, String errorClass) {
        return events.stream()
                .filter(e -> e.type().equals("error") && errorClass.equals(classOf(e)))
                .toList();
    }

    /* The class is a value of the event's details; a sentence that names it will do. */
    private static String classOf(RunEvent event) {
        for (String key : List.of("class", "error", "error_class")) {
            if (event.detail().get(key) instanceof String label) {
                return label;
            }
        }
        for (ErrorClass errorClass : ErrorClass.values()) {
            if (event.sentence().contains(errorClass.label())) {
                return errorClass.label();
            }
        }
        return "";
    }
}
