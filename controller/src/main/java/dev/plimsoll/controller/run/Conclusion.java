package dev.plimsoll.controller.run;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.render.HtmlReport;
import dev.plimsoll.reports.render.JunitXml;
import dev.plimsoll.reports.render.MarkdownReport;
import dev.plimsoll.reports.render.ReportDataBuilder;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Evidence;
import dev.plimsoll.reports.verdict.Judge;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Scenario;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** Judges a run that is over and writes its summary, verdict and reports. */
final class Conclusion {
    private Conclusion() {}

    /** Judges; a run that did not finish is never promoted. */
    static Verdict judge(Gate gate, Evidence evidence, RunInfo.Status status) {
        Verdict verdict = new Judge(gate).judge(evidence);
        if (status == RunInfo.Status.FINISHED || verdict.verdict() != Verdict.Outcome.PROMOTE) {
            return verdict;
        }
        return new Verdict(
                verdict.format(),
                verdict.run(),
                Verdict.Outcome.INCONCLUSIVE,
                List.of("the run did not go to its end"),
                verdict.checks());
    }

    /** Writes everything that is derived. The report's series are read back from the bundle line by line. */
    static void write(
            RunBundleWriter writer,
            Scenario scenario,
            Summary summary,
            Optional<Verdict> verdict,
            List<RunResults> baseline) {
        writer.summary(summary);
        RunInfo info = writer.info();
        String place = writer.directory().toString();
        verdict.ifPresent(given -> {
            writer.verdict(given);
            writer.file("junit.xml", JunitXml.render(info, given));
            writer.file("verdict.md", MarkdownReport.render(info, summary, verdict, place));
        });
        ReportDataBuilder report = ReportDataBuilder.of(RunBundle.open(writer.directory()))
                .phases(scenario.phases())
                .verdict(verdict);
        baseline.stream().findFirst().ifPresent(run -> report.baseline(run.run(), spectra(run)));
        writer.file("report.html", HtmlReport.render(report.build()));
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
