package dev.plimsoll.controller.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.controller.run.OwnProgram;
import dev.plimsoll.reports.bundle.RunId;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs each gate as {@code plimsoll gate} in a process of its own, so that one that fails takes nothing else along, and
 * one whose controller was killed goes on. What it prints is kept beside the book, and its exit code, for only a parent is
 * told that by the system.
 */
final class GateProcess implements GateRunner {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final int LONGEST_SENTENCE = 300;
    private static final long POLL_MILLIS = 100;
    private static final String OUT = ".out";
    private static final String LOG = ".log";
    private static final String CODE = ".code";

    /**
     * Waits for a line, then becomes the program; the pipe of a controller that is no more has none. So nothing is sent by
     * a gate that is in no book.
     */
    private static final String ONCE_TOLD = "read -r told || exit 4; exec \"$@\" </dev/null";

    /** The line in which a gate tells where its bundle is. */
    private static final Pattern TOLD_RUN =
            Pattern.compile("^bundle .*?(\\d{8}-\\d{6}-\\d{3}-[0-9a-f]{6})$", Pattern.MULTILINE);

    private static final Map<Integer, Verdict.Outcome> VERDICTS =
            Map.of(0, Verdict.Outcome.PROMOTE, 1, Verdict.Outcome.ROLLBACK, 3, Verdict.Outcome.INCONCLUSIVE);

    private final Path store;
    private final Path directory;
    private final Set<ProcessMark> processes = ConcurrentHashMap.newKeySet();

    /**
     * Runs gates into a store.
     *
     * @param directory for what they print
     */
    GateProcess(Path store, Path directory) {
        this.store = store;
        this.directory = directory;
    }

    private Path file(Release release, String kind) {
        return directory.resolve(release.key() + kind);
    }

    @Override
    public Ended run(Release release, Path scenario, Consumer<ProcessMark> started) throws InterruptedException {
        Process process;
        try {
            process = start(release, scenario);
        } catch (IOException e) {
            return new Ended(
                    Optional.empty(), Optional.empty(), Optional.empty(), "it could not be started: " + e.getMessage());
        }
        Optional<ProcessMark> mark = ProcessMark.of(process.pid());
        mark.ifPresent(processes::add);
        try {
            mark.ifPresent(started);
            go(process);
            return ended(process.waitFor(), text(release, OUT), text(release, LOG));
        } finally {
            /* One that was not awaited to its end is told to end, and stays known to stop(). */
            process.destroy();
            if (!process.isAlive()) {
                mark.ifPresent(processes::remove);
            }
        }
    }

    /** A process that becomes the gate when it is told to, and ends when the controller ends before that. */
    private Process start(Release release, Path scenario) throws IOException {
        Path code = file(release, CODE);
        Files.deleteIfExists(code);
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", ONCE_TOLD, "gate"));
        command.addAll(OwnProgram.command(
                Map.of(OwnProgram.EXIT_CODE_FILE, code.toAbsolutePath().toString()),
                List.of("gate", scenario.toString(), "--out", store.toString(), "--format", "json", "--no-color")));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(file(release, OUT).toFile())
                .redirectError(file(release, LOG).toFile());
        builder.environment()
                .putAll(Map.of(
                        "PLIMSOLL_RELEASE_NAME", release.name(),
                        "PLIMSOLL_RELEASE_NAMESPACE", release.namespace(),
                        "PLIMSOLL_RELEASE_CHECKSUM", release.checksum()));
        return builder.start();
    }

    private static void go(Process process) {
        try (OutputStream in = process.getOutputStream()) {
            in.write('\n');
        } catch (IOException gone) {
            // It has ended: its exit code tells.
            return;
        }
    }

    @Override
    public Optional<Ended> await(Release release, ProcessMark process) throws InterruptedException {
        processes.add(process);
        try {
            while (process.isAlive()) {
                Thread.sleep(POLL_MILLIS);
            }
            return left(release);
        } finally {
            process.end();
            if (!process.isAlive()) {
                processes.remove(process);
            }
        }
    }

    /** What a gate left that was not awaited by its parent. */
    private Optional<Ended> left(Release release) {
        String code = text(release, CODE).strip();
        if (code.matches("\\d{1,3}")) {
            return Optional.of(ended(Integer.parseInt(code), text(release, OUT), text(release, LOG)));
        }
        /* That a release is bad stays true; that it is good was not yet said. */
        Optional<String> run = runOf(release);
        return run.flatMap(id -> json(text(store.resolve(id).resolve("verdict.json"))))
                .filter(verdict -> verdict.path("verdict").asText().equals(Verdict.Outcome.ROLLBACK.name()))
                .map(
                        verdict -> new Ended(
                                Optional.empty(),
                                run,
                                Optional.of(Verdict.Outcome.ROLLBACK),
                                clipped(
                                        verdict.path("reasons").path(0).asText()
                                                + "; the gate's process died after that: see whether its on_rollback actions were done")));
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
        Matcher told = TOLD_RUN.matcher(text(release, LOG));
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

    private String text(Release release, String kind) {
        return text(file(release, kind));
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
        processes.forEach(ProcessMark::end);
        long end = System.nanoTime() + STOP_LIMIT.toNanos();
        try {
            while (processes.stream().anyMatch(ProcessMark::isAlive) && System.nanoTime() < end) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            processes.forEach(ProcessMark::kill);
        }
    }
}
