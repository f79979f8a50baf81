package dev.plimsoll.controller.service;

import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunId;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Answers about runs, from their bundles. Reads them anew for each request, so that it sees what any process writes.
 * Safe for use by several threads; blocks.
 */
final class RunsApi {
    /** The longest wait for a verdict; Argo's own limit for a request is 10 s. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final long POLL_MILLIS = 100;
    private static final int RETRY_SECONDS = 10;
    private static final int MOST_RUNS = 1000;
    private static final int USUAL_RUNS = 50;

    private final RunStore store;
    private final Duration silence;
    private final InstantSource clock;
    private final BooleanSupplier closing;

    /**
     * Answers about the runs of a store.
     *
     * @param closing whether those who wait are to be answered now
     */
    RunsApi(Path store, Duration silence, InstantSource clock, BooleanSupplier closing) {
        this.store = new RunStore(store);
        this.silence = silence;
        this.clock = clock;
        this.closing = closing;
    }

    /** The latest runs. */
    Answer list(Map<String, String> query) {
        String limit = query.getOrDefault("limit", Integer.toString(USUAL_RUNS));
        if (!limit.matches("[1-9]\\d{0,3}") || Integer.parseInt(limit) > MOST_RUNS) {
            return Answer.error(
                    Answer.BAD_REQUEST, "limit is a number from 1 to " + MOST_RUNS + ", not \"" + limit + "\"");
        }
        Optional<String> scenario = Optional.ofNullable(query.get("scenario"));
        List<Map<String, Object>> runs = new ArrayList<>();
        store.list().stream()
                .filter(bundle ->
                        scenario.map(bundle.info().scenario().name()::equals).orElse(true))
                .limit(Integer.parseInt(limit))
                .forEach(bundle -> runs.add(card(bundle)));
        return Answer.json(Answer.OK, Map.of("runs", runs));
    }

    /** One run. */
    Answer run(String id) {
        Optional<RunBundle> bundle = find(id);
        return bundle.isEmpty() ? unknown(id) : Answer.json(Answer.OK, card(bundle.get()));
    }

    /**
     * The verdict of a run: the content of {@code verdict.json} with status 200. While the run goes on, status 425 and the
     * verdict {@code RUNNING}. For a run that will never have a verdict, status 200 and INCONCLUSIVE with the reason.
     */
    Answer verdict(String id, Map<String, String> query) {
        Optional<Duration> wait = wait(query.getOrDefault("wait", "0s"));
        if (wait.isEmpty()) {
            return Answer.error(
                    Answer.BAD_REQUEST,
                    "wait is a time up to " + LONGEST_WAIT.toSeconds() + "s, such as 5s or 500ms, not \""
                            + query.get("wait") + "\"");
        }
        long end = System.nanoTime() + wait.get().toNanos();
        while (true) {
            Optional<RunBundle> bundle = find(id);
            if (bundle.isEmpty()) {
                return unknown(id);
            }
            RunState state = state(bundle.get());
            if (state != RunState.RUNNING || System.nanoTime() >= end || closing.getAsBoolean()) {
                return verdict(bundle.get(), state);
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return verdict(bundle.get(), state);
            }
        }
    }

    private Answer verdict(RunBundle bundle, RunState state) {
        return switch (state) {
            case JUDGED -> judged(bundle);
            case RUNNING ->
                Answer.json(Answer.TOO_EARLY, standIn(bundle, "RUNNING", "the run goes on"))
                        .with("Retry-After", Integer.toString(RETRY_SECONDS));
            case KILLED ->
                Answer.json(
                        Answer.OK,
                        standIn(
                                bundle,
                                Verdict.Outcome.INCONCLUSIVE.name(),
                                "the run was killed: it has written nothing since "
                                        + RunState.lastWritten(bundle.directory())
                                        + "; run the gate again"));
            case UNJUDGED ->
                Answer.json(
                        Answer.OK,
                        standIn(
                                bundle,
                                Verdict.Outcome.INCONCLUSIVE.name(),
                                "the run was not judged; use `plimsoll gate` for a verdict"));
        };
    }

    /** The file as it is, once it has been seen to be a verdict. */
    private static Answer judged(RunBundle bundle) {
        if (bundle.verdict().isEmpty()) {
            return Answer.error(
                    Answer.NOT_FOUND, "the verdict of " + bundle.info().run() + " has gone");
        }
        return Answer.file(bundle.directory().resolve("verdict.json"), "application/json");
    }

    /** In the shape of {@code verdict.json}, for a run that has none. */
    private static Map<String, Object> standIn(RunBundle bundle, String verdict, String reason) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", RunInfo.FORMAT);
        json.put("run", bundle.info().run());
        json.put("verdict", verdict);
        json.put("reasons", List.of(reason));
        json.put("checks", List.of());
        return json;
    }

    /** The names of a bundle's files. */
    Answer files(String id) {
        Optional<RunBundle> bundle = find(id);
        if (bundle.isEmpty()) {
            return unknown(id);
        }
        List<Map<String, Object>> files = new ArrayList<>();
        try (Stream<Path> entries = Files.list(bundle.get().directory())) {
            for (Path file : entries.filter(RunsApi::isServed).sorted().toList()) {
                files.add(Map.of("name", file.getFileName().toString(), "bytes", Files.size(file)));
            }
        } catch (IOException e) {
            throw new BundleException("cannot read " + bundle.get().directory() + ": " + e.getMessage(), e);
        }
        return Answer.json(Answer.OK, Map.of("run", id, "files", files));
    }

    /** One file of a bundle. */
    Answer file(String id, String name) {
        Optional<RunBundle> bundle = find(id);
        if (bundle.isEmpty()) {
            return unknown(id);
        }
        Path file = bundle.get().directory().resolve(name);
        if (!isServed(file)) {
            return Answer.error(
                    Answer.NOT_FOUND, "run " + id + " has no file " + name + "; see /api/v1/runs/" + id + "/files");
        }
        return Answer.file(file, ContentTypes.of(name));
    }

    /** Only what lies in the bundle itself: a link could lead anywhere. */
    private static boolean isServed(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && !file.getFileName().toString().endsWith(".tmp");
    }

    /** The run of that id, when there is one. */
    Optional<RunBundle> find(String id) {
        if (!RunId.isValid(id)
                || !Files.isRegularFile(store.directory().resolve(id).resolve("run.json"))) {
            return Optional.empty();
        }
        return Optional.of(RunBundle.open(store.directory().resolve(id)));
    }

    /** How far a run is. */
    RunState state(RunBundle bundle) {
        Instant now = clock.instant();
        return RunState.of(bundle, now, silence);
    }

    private Map<String, Object> card(RunBundle bundle) {
        RunInfo info = bundle.info();
        RunState state = state(bundle);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", info.run());
        json.put("scenario", info.scenario().name());
        json.put("status", info.status().label());
        json.put("state", state.label());
        if (state == RunState.JUDGED) {
            json.put("verdict", word(bundle));
        }
        json.put("started", info.started().toString());
        info.ended().ifPresent(end -> json.put("ended", end.toString()));
        if (!info.reason().isEmpty()) {
            json.put("reason", info.reason());
        }
        json.put("urls", info.target().urls());
        json.put("verdict_url", "/api/v1/runs/" + info.run() + "/verdict");
        json.put("files_url", "/api/v1/runs/" + info.run() + "/files");
        return json;
    }

    /** A broken verdict takes nothing away from a list. */
    private static String word(RunBundle bundle) {
        try {
            return bundle.verdict().map(v -> v.verdict().name()).orElse("");
        } catch (BundleException e) {
            return "unreadable";
        }
    }

    private Answer unknown(String id) {
        return Answer.error(
                Answer.NOT_FOUND,
                RunId.isValid(id)
                        ? "there is no run " + id + " in this store; see /api/v1/runs"
                        : "\"" + id + "\" is no run's id, such as 20260101-093000-250-7f3a2c; see /api/v1/runs");
    }

    private static Optional<Duration> wait(String text) {
        if (!text.matches("\\d{1,6}(ms|s)")) {
            return Optional.empty();
        }
        boolean millis = text.endsWith("ms");
        long number = Long.parseLong(text.substring(0, text.length() - (millis ? 2 : 1)));
        Duration wait = millis ? Duration.ofMillis(number) : Duration.ofSeconds(number);
        return wait.compareTo(LONGEST_WAIT) <= 0 ? Optional.of(wait) : Optional.empty();
    }
}
