package dev.plimsoll.agent.probes;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of a command without a shell, which is ended with its children when it takes too long or prints too much.
 *
 * @param status with which it ended
 * @param output what it printed, up to the limit
 * @param complaint the last line that it printed to its error output, or else to its output; may be empty
 */
public record CommandRun(int status, String output, String complaint) {
    /** What a command may print, in bytes, where nothing else is said. */
    public static final int MOST_OUTPUT = 1024 * 1024;

    private static final int MOST_MESSAGE = 200;
    private static final long POLL_MILLIS = 20;

    /**
     * Runs it. Blocks.
     *
     * @param timeout after which the command is ended
     * @throws IOException with a sentence when it cannot be started, takes too long or prints too much
     */
    public static CommandRun of(List<String> command, Duration timeout) throws IOException, InterruptedException {
        return of(command, timeout, MOST_OUTPUT);
    }

    /**
     * The same with another limit.
     *
     * @param most what it may print, in bytes
     * @throws IOException as above
     */
    public static CommandRun of(List<String> command, Duration timeout, int most)
            throws IOException, InterruptedException {
        // Files rather than pipes: a child that outlives the command cannot hold up who reads.
        Path output = Files.createTempFile("plimsoll-probe", ".out");
        Path errors = Files.createTempFile("plimsoll-probe", ".err");
        try {
            int status = run(command, timeout, most, output, errors);
            String printed = head(output, most);
            String complaint = lastLine(head(errors, most));
            return new CommandRun(status, printed, complaint.isEmpty() ? lastLine(printed) : complaint);
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
        }
    }

    /**
     * The output, if the command ended with status 0.
     *
     * @throws IOException with a sentence when it did not
     */
    public String require(List<String> command) throws IOException {
        if (status != 0) {
            throw new IOException(command.getFirst() + " ended with status " + status
                    + (complaint.isEmpty() ? "" : ": " + complaint));
        }
        return output;
    }

    private static int run(List<String> command, Duration timeout, int most, Path output, Path errors)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            long end = System.nanoTime() + timeout.toNanos();
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                if (System.nanoTime() - end >= 0) {
                    throw new IOException(
                            command.getFirst() + " took longer than " + timeout.toMillis() + " ms and was ended");
                }
                requireShort(command, most, output, errors);
            }
            requireShort(command, most, output, errors);
            return process.exitValue();
        } finally {
            end(process);
        }
    }

    /** Whether a command could not be started because there is none of that name. */
    public static boolean isMissing(IOException problem) {
        String message = String.valueOf(problem.getMessage());
        return message.contains("error=2,") || message.contains("error: 2 ");
    }

    /** Ends a process with its children, without asking. */
    public static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static void requireShort(List<String> command, int most, Path output, Path errors) throws IOException {
        if (Files.size(output) > most || Files.size(errors) > most) {
            throw new IOException(command.getFirst() + " printed more than " + most / 1024 + " KiB and was ended");
        }
    }

    private static String head(Path file, int most) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(most), StandardCharsets.UTF_8);
        }
    }

    private static String lastLine(String text) {
        String last = text.lines()
                .filter(line -> !line.isBlank())
                .reduce("", (a, b) -> b)
                .strip();
        return last.substring(0, Math.min(MOST_MESSAGE, last.length()));
    }
}
