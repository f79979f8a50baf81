package dev.plimsoll.agent.probes;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One {@code jstat} that runs as long as the JVM that it looks at, and prints a row at each interval. A thread of its own
 * reads what it prints. Safe for use by several threads.
 */
final class JstatProcess implements AutoCloseable {
    private static final int MOST_LINE = 4_096;
    private static final long END_MILLIS = 500;

    private final Process process;
    private volatile @Nullable Row latest;
    private volatile String said = "";

    private JstatProcess(Process process) {
        this.process = process;
    }

    /**
     * A row.
     *
     * @param nanos when it was printed, by {@link System#nanoTime}
     * @param values by the header's names; a column without a value, which is printed as {@code -}, is left out
     */
    record Row(long nanos, Map<String, Double> values) {
        /** Copies the map. */
        Row {
            values = Map.copyOf(values);
        }

        /** The column's value. */
        OptionalDouble value(String column) {
            Double value = values.get(column);
            return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
        }

        /**
         * Reads a line of numbers by the names above them.
         *
         * @return nothing when it is no such line
         */
        static @Nullable Row parse(List<String> header, String line, long nanos) {
            List<String> cells = words(line);
            if (cells.size() != header.size()) {
                return null;
            }
            Map<String, Double> values = new LinkedHashMap<>();
            for (int i = 0; i < cells.size(); i++) {
                String cell = cells.get(i);
                if (!cell.equals("-")) {
                    try {
                        values.put(header.get(i), Double.valueOf(cell.replace(',', '.')));
                    } catch (NumberFormatException e) {
                        return null;
                    }
                }
            }
            return new Row(nanos, values);
        }
    }

    private static List<String> words(String line) {
        return List.of(line.strip().split("\\s+"));
    }

    private static boolean isHeader(List<String> words) {
        return words.contains("YGC") && words.contains("GCT");
    }

    /** Starts the command. */
    static JstatProcess start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true);
        // Decimals with a point; and nothing of the agent's own options, such as a port that is taken.
        builder.environment().put("LC_ALL", "C");
        List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS").forEach(builder.environment()::remove);
        JstatProcess jstat = new JstatProcess(builder.start());
        Thread.ofPlatform().daemon().name("plimsoll-probe-jstat").start(jstat::read);
        return jstat;
    }

    private void read() {
        List<String> header = new ArrayList<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.ISO_8859_1)) {
            String line;
            while ((line = lines.readLine()) != null) {
                List<String> words = words(line);
                Row row = header.isEmpty() ? null : Row.parse(header, line, System.nanoTime());
                if (isHeader(words)) {
                    header = words;
                } else if (row != null) {
                    latest = row;
                } else if (said.isEmpty() && !line.isBlank()) {
                    said = line.strip()
                            .substring(0, Math.min(MOST_LINE, line.strip().length()));
                }
            }
        } catch (IOException e) {
            // The process was ended; whoever asks next learns so.
            said = said.isEmpty() ? String.valueOf(e.getMessage()) : said;
        }
    }

    /** The newest row; null before the first. */
    @Nullable
    Row latest() {
        return latest;
    }

    /** Whether it still runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it printed all the rows it was to print, and nothing else. */
    boolean isComplete() {
        return !process.isAlive() && process.exitValue() == 0 && said.isEmpty();
    }

    /** The first line that was neither a header nor a row; empty without one. */
    String said() {
        return said;
    }

    /** Ends the command, and waits a little for its end. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
