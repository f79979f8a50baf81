package dev.plimsoll.controller.run;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.render.HtmlReport;
import dev.plimsoll.reports.render.JunitXml;
import dev.plimsoll.reports.render.MarkdownReport;
import dev.plimsoll.reports.render.OpenMetricsText;
import dev.plimsoll.reports.render.ReportDataBuilder;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Evidence;
import dev.plimsoll.reports.verdict.Judge;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.reports.verdict.Watch;
import dev.plimsoll.reports.verdict.Watched;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Scenario;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * The end of a run: judges it and writes its last files. A file that cannot be written makes the run an aborted one, and
 * is told as its reason: a promotion that nobody can check is none. The run's thread only.
 */
final class Conclusion {
    private final RunRequest request;
    private final Scenario scenario;
    private final Ledger ledger;
    private final RunCard card;
    private final Secrets secrets;
    private final InstantSource clock;

    Conclusion(RunRequest request, Ledger ledger, RunCard card, Secrets secrets, InstantSource clock) {
        this.request = request;
        scenario = request.scenario().scenario();
        this.ledger = ledger;
        this.card = card;
        this.secrets = secrets;
        this.clock = clock;
    }

    /**
     * Concludes it.
     *
     * @param ended what ended it early, if something did
     * @param smoke what became of the smoke test, if it was reached
     * @param watch what watched the load, if some was sent that is judged
     * @param watched the earlier runs that it was compared with meanwhile, if it was
     */
    RunOutcome conclude(
            Optional<RunEnded> ended,
            Optional<Verdict.Check> smoke,
            Optional<Watch> watch,
            Optional<Baselines> watched) {
        List<String> problems = new ArrayList<>();
        tryWrite(ledger::complete).ifPresent(problems::add);
        List<RunEvent> moved = request.kept() ? ledger.moved() : List.of();
        tryWrite(() -> ledger.write(moved)).ifPresent(problems::add);
        Measured measured = new Measured(
                clock.instant(),
                ledger.summary(),
                ended,
                smoke,
                watch.map(one -> one.finish(ledger.results(), ended.isEmpty())),
                request.judge() ? baselines(watched) : Baselines.NONE,
                moved);
        RunOutcome outcome = outcome(measured, problems);
        Optional<String> unwritten = tryWrite(() -> files(outcome, measured).forEach(Runnable::run));
        if (unwritten.isEmpty()) {
            return outcome;
        }
        problems.add(unwritten.get());
        RunOutcome unkept = outcome(measured, problems);
        tryWrite(() -> ledger.event("bundle", unwritten.get()));
        files(unkept, measured).forEach(Conclusion::tryWrite);
        return unkept;
    }

    /** What there is to conclude from. */
    private record Measured(
            Instant end,
            Summary summary,
            Optional<RunEnded> ended,
            Optional<Verdict.Check> smoke,
            Optional<Watched> watched,
            Baselines baselines,
            List<RunEvent> moved) {}

    private Baselines baselines(Optional<Baselines> watched) {
        return Baselines.find(scenario.gate(), request.store(), card.running(), ledger.results(), watched);
    }

    private RunOutcome outcome(Measured measured, List<String> problems) {
        List<String> reasons = new ArrayList<>();
        measured.ended().ifPresent(end -> reasons.add(end.sentence()));
        reasons.addAll(problems);
        RunInfo.Status status = measured.ended()
                .map(RunEnded::status)
                .orElse(problems.isEmpty() ? RunInfo.Status.FINISHED : RunInfo.Status.ABORTED);
        RunInfo info = card.ended(status, String.join("; ", reasons), measured.end());
        List<String> missing = measured.ended().map(RunEnded::incomplete).orElse(true) ? reasons : problems;
        Evidence evidence = new Evidence(
                ledger.results(),
                measured.smoke(),
                measured.baselines().runs(),
                measured.baselines().problem(),
                measured.baselines().notes(),
                secrets.mask(missing),
                measured.watched());
        Optional<Verdict> verdict =
                scenario.gate().filter(gate -> request.judge()).map(gate -> judge(gate, evidence, status));
        return new RunOutcome(ledger.directory(), info, measured.summary(), verdict, ledger.results());
    }

    /** Judges; a run that did not finish is never promoted. */
    private static Verdict judge(Gate gate, Evidence evidence, RunInfo.Status status) {
        Verdict verdict = new Judge(gate).judge(evidence);
        if (status == RunInfo.Status.FINISHED || verdict.verdict() != Verdict.Outcome.PROMOTE) {
            return verdict;
        }
        return new Verdict(
                verdict.format(),
                verdict.run(),
                Verdict.Outcome.INCONCLUSIVE,
                List.of("the run did not go to its end"),
                verdict.checks(),
                verdict.watch());
    }

    /** The last files, one by one. The verdict is the last of them: who finds it finds all. */
    private List<Runnable> files(RunOutcome outcome, Measured measured) {
        RunBundleWriter writer = ledger.writer();
        RunInfo info = outcome.info();
        Summary summary = outcome.summary();
        String place = outcome.bundle().toString();
        List<Runnable> files = new ArrayList<>();
        files.add(() -> writer.update(info));
        files.add(() -> writer.summary(summary));
        outcome.verdict().ifPresent(verdict -> {
            files.add(() -> writer.file("junit.xml", JunitXml.render(info, verdict)));
            files.add(() -> writer.file("metrics.txt", OpenMetricsText.render(info, summary, Optional.of(verdict))));
            files.add(() -> writer.file(
                    "verdict.md", MarkdownReport.render(info, summary, Optional.of(verdict), measured.moved(), place)));
        });
        if (request.kept()) {
            files.add(() -> writer.file("report.html", report(outcome, measured.baselines())));
        }
        outcome.verdict().ifPresent(verdict -> files.add(() -> writer.verdict(verdict)));
        return files;
    }

    /** Its series are read back from the bundle line by line. */
    private String report(RunOutcome outcome, Baselines baselines) {
        ReportDataBuilder report = ReportDataBuilder.of(RunBundle.open(outcome.bundle()))
                .phases(scenario.phases())
                .verdict(outcome.verdict());
        baselines.runs().compared().stream().findFirst().ifPresent(run -> report.baseline(run.run(), spectra(run)));
        return HtmlReport.render(report.build());
    }

    /** Writes it as far as the disk allows, and tells what went wrong. */
    static Optional<String> tryWrite(Runnable writing) {
        try {
            writing.run();
            return Optional.empty();
        } catch (BundleException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, Histogram> spectra(RunResults run) {
        Map<String, Histogram> spectra = new HashMap<>();
        for (Metric metric : Metrics.all()) {
            if (metric.kind() == Metric.Kind.REQUEST) {
                Histogram histogram = run.histogram(Optional.empty(), Optional.empty(), metric);
                if (histogram.getTotalCount() > 0 && Histograms.scale(metric) > 0) {
                    spectra.put(metric.name(), histogram);
                }
            }
        }
        return spectra;
    }
}
