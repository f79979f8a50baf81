package dev.plimsoll.agent.probes;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * A command without a shell that prints lines for as long as it runs. What it prints to its error output counts as
 * lines too. Read by one thread; may be ended by any.
 */
final class LineProcess {
    /** A line's length in bytes; the rest of a longer one is dropped. */
    static final int MOST_LINE = 16 * 1024;

    private final Process process;

    private LineProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts it, in the locale {@code C}.
     *
     * @throws IOException when it cannot be started
     */
    static LineProcess start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        return new LineProcess(builder.start());
    }

    /** Gives each line to the taker until the process has closed its output. Blocks. */
    void read(Consumer<String> taker) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try (InputStream in = process.getInputStream()) {
            int count;
            while ((count = in.read(buffer)) >= 0) {
                for (int i = 0; i < count; i++) {
                    if (buffer[i] == '\n') {
                        taker.accept(line.toString(StandardCharsets.UTF_8).strip());
                        line.reset();
                    } else if (line.size() < MOST_LINE) {
                        line.write(buffer[i]);
                    }
                }
            }
        }
        if (line.size() > 0) {
            taker.accept(line.toString(StandardCharsets.UTF_8).strip());
        }
    }

    /** Its id. */
    long pid() {
        return process.pid();
    }

    /** Whether it runs, or hangs in the kernel. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** The status with which it ended. Blocks until it has. */
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /** Ends it with its children, without asking. */
    void end() {
        CommandRun.end(process);
    }
}
