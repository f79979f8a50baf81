package dev.plimsoll.controller.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.controller.Polling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The program, started by its launcher, with its output in files. */
final class Launched implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final Process process;
    private final Path out;
    private final Path err;

    private Launched(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts it in that directory. */
    static Launched start(Path directory, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher().toString()));
        command.addAll(List.of(arguments));
        return start(directory, environment, command);
    }

    /** Starts it in the place of a shell that has run this before, such as {@code ulimit -n 64}. */
    static Launched startAfter(String before, Path directory, Map<String, String> environment, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", before + " && exec \"$0\" \"$@\""));
        command.add(launcher().toString());
        command.addAll(arguments);
        return start(directory, environment, command);
    }

    private static Launched start(Path directory, Map<String, String> environment, List<String> command)
            throws IOException {
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        return new Launched(builder.start(), out, err);
    }

    /** Runs it to its end. */
    static Launched run(Path directory, String... arguments) throws IOException, InterruptedException {
        Launched launched = start(directory, Map.of(), arguments);
        launched.await();
        return launched;
    }

    /** The launcher of this build. */
    static Path launcher() {
        return Path.of(System.getProperty("plimsoll.root")).resolve("plimsoll");
    }

    /** Its exit code, once it has ended. */
    int await() throws InterruptedException {
        boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (!ended) {
            close();
        }
        assertTrue(ended, () -> "did not end within " + LIMIT + ": " + err());
        return process.exitValue();
    }

    /** Waits until something is so, while the process lives. */
    void until(BooleanSupplier holds) throws Exception {
        Polling.until(
                () -> {
                    boolean held = holds.getAsBoolean();
                    assertTrue(held || process.isAlive(), () -> "ended early: " + err());
                    return held;
                },
                LIMIT,
                () -> "waited in vain: " + err());
    }

    /** What it wrote as data. */
    String out() {
        return text(out);
    }

    /** What it told a person. */
    String err() {
        return text(err);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of its process: the shell and the launcher become the program. */
    long pid() {
        return process.pid();
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Sends SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Ends it however it is. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
