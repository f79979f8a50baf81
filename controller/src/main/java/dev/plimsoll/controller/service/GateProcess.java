package dev.plimsoll.controller.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.controller.run.OwnProgram;
import dev.plimsoll.reports.bundle.RunId;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs each gate as {@code plimsoll gate} in a process of its own, so that one that fails takes nothing else along. What
 * it prints is kept beside the book.
 */
final class GateProcess implements GateRunner {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final int LONGEST_SENTENCE = 300;
    /** The line in which a gate tells where its bundle is. */
    private static final Pattern TOLD_RUN =
            Pattern.compile("^bundle .*?(\\d{8}-\\d{6}-\\d{3}-[0-9a-f]{6})$", Pattern.MULTILINE);

    private static final Map<Integer, Verdict.Outcome> VERDICTS =
            Map.of(0, Verdict.Outcome.PROMOTE, 1, Verdict.Outcome.ROLLBACK, 3, Verdict.Outcome.INCONCLUSIVE);

    private final Path store;
    private final Path directory;
    private final Set<Process> processes = ConcurrentHashMap.newKeySet();

    /**
     * Runs gates into a store.
     *
     * @param directory for what they print
     */
    GateProcess(Path store, Path directory) {
        this.store = store;
        this.directory = directory;
    }

    @Override
    public Ended run(Release release, Path scenario) throws InterruptedException {
        Path out = directory.resolve(release.key() + ".out");
        Path log = directory.resolve(release.key() + ".log");
        Process process;
        try {
            ProcessBuilder builder = new ProcessBuilder(OwnProgram.command(List.of(
                            "gate", scenario.toString(), "--out", store.toString(), "--format", "json", "--no-color")))
                    .redirectOutput(out.toFile())
                    .redirectError(log.toFile());
            builder.environment()
                    .putAll(Map.of(
                            "PLIMSOLL_RELEASE_NAME", release.name(),
                            "PLIMSOLL_RELEASE_NAMESPACE", release.namespace(),
                            "PLIMSOLL_RELEASE_CHECKSUM", release.checksum()));
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            return new Ended(
                    Optional.empty(), Optional.empty(), Optional.empty(), "it could not be started: " + e.getMessage());
        }
        processes.add(process);
        try {
            return ended(process.waitFor(), text(out), text(log));
        } finally {
            /* One that was not awaited to its end is told to end, and stays known to stop(). */
            process.destroy();
            if (!process.isAlive()) {
                processes.remove(process);
            }
        }
    }

    /**
     * What became of it. The exit code decides; with code 4 a ROLLBACK still counts, for it may be the rollback itself
     * that failed, and nothing else does.
     */
    static Ended ended(int code, String out, String log) {
        Optional<JsonNode> json = json(out);
        Optional<String> run = json.map(node -> node.path("run").asText()).filter(RunId::isValid);
        Optional<String> reason =
                json.map(node -> node.path("reasons").path(0).asText()).filter(text -> !text.isEmpty());
        Optional<Verdict.Outcome> verdict = Optional.ofNullable(VERDICTS.get(code));
        boolean said =
                json.map(node -> node.path("verdict").asText()).equals(Optional.of(Verdict.Outcome.ROLLBACK.name()));
        if (verdict.isEmpty() && said) {
            verdict = Optional.of(Verdict.Outcome.ROLLBACK);
        }
        boolean clean = verdict.isPresent() && run.isPresent();
        String last = log.lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b);
        String sentence = clean && VERDICTS.containsKey(code)
                ? reason.orElse("")
                : "it ended with exit code " + code + (last.isEmpty() ? "" : ": " + last);
        return new Ended(
                Optional.of(code),
                run,
                clean ? verdict : Optional.empty(),
                clipped(sentence.replaceAll("\\p{Cntrl}", " ")));
    }

    @Override
    public Optional<String> runOf(Release release) {
        Matcher told = TOLD_RUN.matcher(text(directory.resolve(release.key() + ".log")));
        return told.find() ? Optional.ofNullable(told.group(1)) : Optional.empty();
    }

    private static String clipped(String text) {
        return text.length() <= LONGEST_SENTENCE ? text : text.substring(0, LONGEST_SENTENCE) + "…";
    }

    private static Optional<JsonNode> json(String out) {
        try {
            return Optional.of(JSON.readTree(out)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void stop() {
        processes.forEach(Process::destroy);
        long end = System.nanoTime() + STOP_LIMIT.toNanos();
        try {
            for (Process process : processes) {
                process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }
}
