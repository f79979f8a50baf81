package dev.plimsoll.controller.actions;

import dev.plimsoll.controller.actions.GateActions.Limits;
import dev.plimsoll.scenarios.Gate.Action;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A command, run without a shell. Its output is passed on line by line. */
final class CommandAction {
    private static final int MAX_LINES = 500;

    private final Action.Exec exec;
    private final Limits limits;
    private final Consumer<String> says;

    CommandAction(Action.Exec exec, Limits limits, Consumer<String> says) {
        this.exec = exec;
        this.limits = limits;
        this.says = says;
    }

    /** Runs it with these variables beside those of this process, and tells whether it ended with 0. */
    boolean run(Map<String, String> environment) {
        String name = "action " + String.join(" ", exec.command());
        says.accept(name);
        Process process;
        try {
            ProcessBuilder builder = new ProcessBuilder(exec.command()).redirectErrorStream(true);
            builder.environment().putAll(environment);
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            says.accept(name + " could not be started: " + e.getMessage());
            return false;
        }
        Thread reader = Thread.ofVirtual().start(() -> passOn(process));
        try {
            boolean ended = process.waitFor(limits.command().toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                end(process);
            }
            // A child that lives on keeps the pipe open; it is not waited for.
            reader.join(TimeUnit.SECONDS.toMillis(2));
            return told(name, ended, process);
        } catch (InterruptedException e) {
            end(process);
            Thread.currentThread().interrupt();
            says.accept(name + " was interrupted");
            return false;
        }
    }

    private boolean told(String name, boolean ended, Process process) {
        if (!ended) {
            says.accept(name + " did not end within " + limits.command().toSeconds() + " s and was stopped");
            return false;
        }
        if (process.exitValue() != 0) {
            says.accept(name + " failed with exit code " + process.exitValue());
            return false;
        }
        return true;
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
