package dev.plimsoll.controller.actions;

import dev.plimsoll.controller.actions.GateActions.Limits;
import dev.plimsoll.scenarios.Gate.Action;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A command, run without a shell. Its output is passed on line by line. */
final class CommandAction {
    private static final int MAX_LINES = 500;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Action.Exec exec;
    private final Duration limit;
    private final Consumer<String> says;
    private final String shown;

    CommandAction(Action.Exec exec, Limits limits, Consumer<String> says) {
        this.exec = exec;
        this.limit = exec.timeout().orElse(limits.command());
        this.says = says;
        shown = String.join(" ", exec.command());
    }

    /** Runs it with these variables beside those of this process, and tells what became of it. */
    ActionRecord run(Map<String, String> environment) {
        says.accept("action " + shown);
        long start = System.nanoTime();
        Process process;
        try {
            ProcessBuilder builder = new ProcessBuilder(exec.command()).redirectErrorStream(true);
            builder.environment().putAll(environment);
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            return told(start, Optional.empty(), "could not be started: " + e.getMessage());
        }
        Thread reader = Thread.ofVirtual().start(() -> passOn(process));
        try {
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                end(process);
            }
            // A child that lives on keeps the pipe open; it is not waited for.
            reader.join(TimeUnit.SECONDS.toMillis(2));
            return ended
                    ? told(start, Optional.of(process.exitValue()), "failed with exit code " + process.exitValue())
                    : told(
                            start,
                            Optional.empty(),
                            "did not end within " + limit.toMillis() / 1000.0 + " s and was stopped");
        } catch (InterruptedException e) {
            end(process);
            Thread.currentThread().interrupt();
            return told(start, Optional.empty(), "was interrupted");
        }
    }

    /** The problem is told unless it ended with 0. */
    private ActionRecord told(long start, Optional<Integer> exitCode, String problem) {
        boolean done = exitCode.equals(Optional.of(0));
        String sentence = "action " + shown + " " + (done ? "ended with exit code 0" : problem);
        if (!done) {
            says.accept(sentence);
        }
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        return new ActionRecord(ActionRecord.Kind.EXEC, shown, done, sentence, exitCode, 1, seconds);
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private void passOn(Process process) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            int count = 0;
            String line = lines.readLine();
            while (line != null) {
                count++;
                if (count <= MAX_LINES) {
                    says.accept("  " + line.replaceAll("\\p{Cntrl}", " "));
                }
                line = lines.readLine();
            }
            if (count > MAX_LINES) {
                says.accept("  … and " + (count - MAX_LINES) + " more lines");
            }
        } catch (IOException e) {
            says.accept("  (the rest of its output was lost: " + e.getMessage() + ")");
        }
    }
}
