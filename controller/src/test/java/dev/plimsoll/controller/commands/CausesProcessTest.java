package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A neighbour fills the KV cache of a small engine in the middle of a run. */
class CausesProcessTest {
    /** 24 of the neighbour's requests fill 600 blocks of 16 tokens: each takes up to 400. So they come in four turns. */
    private static final int NEIGHBOURS = 100;

    private static final int SECONDS = 40;
    private static final int SECONDS_BEFORE = 18;

    @TempDir
    private Path directory;

    @Test
    void aFullCacheIsNamedAsTheCause() throws Exception {
        try (Launched service = Launched.start(
                directory,
                Map.of(),
                "sim",
                "--port",
                "0",
                "--num-gpu-blocks",
                "600",
                "--max-model-len",
                "2048",
                "--no-prefix-caching")) {
            service.until(() -> service.out().endsWith("\n"));
            String url = service.out().strip();
            Path scenario = directory.resolve("pressure.yaml");
            Files.writeString(scenario, """
                    name: pressure
                    target: { url: "%1$s", api: openai-completions, stream: true }
                    workload: [ { name: short, input: { tokens: 64 }, output: { tokens: 32, exact: true } } ]
                    phases: [ { name: steady, duration: %2$ds, rate: 10/s, arrivals: constant } ]
                    nodes: [ { name: gpu-0, probes: [ { type: vllm, url: "%1$s/metrics" } ] } ]
                    """.formatted(url, SECONDS));
            try (Launched run = Launched.start(directory, Map.of(), "run", scenario.toString())) {
                run.until(() -> intervals() >= SECONDS_BEFORE);
                neighbours(url);
                assertEquals(0, run.await(), run::err);
                RunBundle bundle = RunBundle.open(bundle().orElseThrow());
                RunEvent found = clearest(bundle);
                assertTrue(
                        List.of("vllm.kv_cache.usage", "vllm.preemptions")
                                .contains(found.detail().get("cause")),
                        found::toString);
                assertEquals("gpu-0", found.detail().get("node"));
                assertTrue(run.out().contains("what moved"), run.out());
                assertTrue(run.out().contains(found.sentence().substring(0, 40)), run.out());
                assertTrue(Files.readString(bundle.directory().resolve("report.html"))
                        .contains("What moved"));
            }
        }
    }

    /** What was furthest beyond chance. */
    private static RunEvent clearest(RunBundle bundle) {
        return bundle.events().stream()
                .filter(event -> event.type().equals("attribution"))
                .max(Comparator.comparingDouble(CausesProcessTest::beyondChance))
                .orElseThrow(() -> new AssertionError("no attribution in " + bundle.events()));
    }

    private static double beyondChance(RunEvent event) {
        return event.detail().get("figures") instanceof Map<?, ?> figures
                        && figures.get("beyond_chance") instanceof Number number
                ? number.doubleValue()
                : 0;
    }

    private Optional<Path> bundle() {
        Path runs = directory.resolve("runs");
        if (!Files.isDirectory(runs)) {
            return Optional.empty();
        }
        try (Stream<Path> entries = Files.list(runs)) {
            return entries.findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long intervals() {
        Optional<Path> file =
                bundle().map(path -> path.resolve("intervals.ndjson")).filter(Files::isRegularFile);
        if (file.isEmpty()) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(file.get())) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void neighbours(String url) {
        String body = "{\"model\": \"sim\", \"prompt\": \"" + "word ".repeat(100)
                + "\", \"max_tokens\": 300, \"ignore_eos\": true}";
        try (HttpClient client = HttpClient.newHttpClient()) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < NEIGHBOURS; i++) {
                answers.add(client.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/v1/completions"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()));
            }
            answers.forEach(answer -> assertEquals(200, answer.join().statusCode()));
        }
    }
}
