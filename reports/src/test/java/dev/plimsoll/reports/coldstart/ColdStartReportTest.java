package dev.plimsoll.reports.coldstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColdStartReportTest {
    private static StartupLog log(String name) throws IOException, URISyntaxException {
        StartupLog log = new StartupLog();
        Path file = Path.of(Objects.requireNonNull(ColdStartReportTest.class.getResource(name))
                .toURI());
        Files.readAllLines(file).forEach(log::take);
        return log;
    }

    /**
     * Seconds as the logs of these versions print them; of two workers, the slower one's. The log of 0.32.0 is a server's own;
     * those on GPUs are put together from the sentences of their versions.
     */
    @ParameterizedTest
    @CsvSource({
        "vllm-0.32.0-cpu.log, 0.01, , , , 0.73",
        "vllm-0.7-gpu.log, , , 30.03, 18, 51.89",
        "vllm-0.15-gpu-tp2.log, 4.02, 5.310002, 9.85, 5, 28.31",
    })
    void logsOfEachVersionTellTheirPhases(
            String name, Double weights, Double model, Double compile, Double graphs, Double engine) throws Exception {
        StartupLog log = log(name);
        assertEquals(seconds(weights), log.seconds(StartPhase.WEIGHTS));
        assertEquals(seconds(model), log.seconds(StartPhase.MODEL));
        assertEquals(seconds(compile), log.seconds(StartPhase.COMPILE));
        assertEquals(seconds(graphs), log.seconds(StartPhase.GRAPHS));
        assertEquals(seconds(engine), log.seconds(StartPhase.ENGINE));
    }

    private static OptionalDouble seconds(Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** In forms of logs of GPU servers that were published with vLLM's issues 20264 (0.9) and 38820, and pull request 44106. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Loading weights took 1.25 seconds | WEIGHTS | 1.25",
                "Model loading took 4.5213 GiB and 1.602026 seconds | MODEL | 1.602026",
                "torch.compile takes 8.25 s in total | COMPILE | 8.25",
                "Graph capturing finished in 21 secs, took 0.52 GiB | GRAPHS | 21",
                "init engine (profile, create kv cache, warmup model) took 41.75 seconds | ENGINE | 41.75",
                "init engine (profile, create kv cache, warmup model) took 87.24 s (compilation: 34.75 s) | COMPILE | 34.75",
                "Model loading took 55.22 GiB memory and 20.3s | MODEL | 20.3",
                "Model loading took 74.08 GiB memory and 35.612771 seconds | MODEL | 35.612771",
                "Graph capturing finished in 69 secs. | GRAPHS | 69",
                "torch.compile took 14.67 s | COMPILE | 14.67",
            })
    void sentencesAreKnownInEachOfTheirForms(String line, StartPhase phase, double seconds) {
        StartupLog log = new StartupLog();
        log.take("(EngineCore_DP0 pid=11280) INFO 02-16 14:53:31 [core.py:272] " + line);
        assertEquals(OptionalDouble.of(seconds), log.seconds(phase));
    }

    @Test
    void theSpreadIsMedianAndExtremesOfTheStartsThatKnow() {
        List<ColdStart> starts = List.of(
                new ColdStart(Map.of(StartPhase.HEALTH, 12.0, StartPhase.WEIGHTS, 3.0)),
                new ColdStart(Map.of(StartPhase.HEALTH, 10.0)),
                new ColdStart(Map.of(StartPhase.HEALTH, 17.0, StartPhase.WEIGHTS, 4.0)));
        ColdStartReport report = ColdStartReport.of("serve", "as it was", starts, List.of());
        assertEquals(
                List.of(
                        new ColdStartReport.Spread(StartPhase.HEALTH, 3, 12.0, 10.0, 17.0),
                        // The mean of the two in the middle.
                        new ColdStartReport.Spread(StartPhase.WEIGHTS, 2, 3.5, 3.0, 4.0)),
                report.phases());
    }

    @Test
    void aTimeIsNotNegativeOrEndless() {
        for (double value : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> new ColdStart(Map.of(StartPhase.HEALTH, value)));
        }
    }
}
