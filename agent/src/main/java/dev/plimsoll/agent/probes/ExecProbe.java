package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.probes.PrometheusText.Sample;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command that prints metrics, run anew for each sample and without a shell.
 *
 * <p>It prints lines {@code name value}, or Prometheus text; a name is taken in lower case with {@code _} for
 * {@code :}. Values are taken as they are: a counter stays one. A name that comes with several values, or with one that
 * is no number, fails; other lines are passed over. The command is ended with its children when it takes too long or
 * prints too much.
 */
final class ExecProbe implements Probe {
    private static final int MOST_MESSAGE = 200;
    private static final Pattern LINE = Pattern.compile("([a-z][a-z0-9_]*(?:\\.[a-z0-9_]+)*)\\s+(\\S+)");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*");

    private final List<String> command;
    private final Duration timeout;
    private final Workers workers;

    /**
     * Runs nothing yet.
     *
     * @param timeout after which the command is ended
     */
    ExecProbe(List<String> command, Duration timeout, Workers workers) {
        this.command = List.copyOf(command);
        this.timeout = timeout;
        this.workers = workers;
    }

    @Override
    public String type() {
        return "exec";
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        return workers.run(this::read);
    }

    private Map<String, Reading> read() throws IOException, InterruptedException {
        CommandRun run = CommandRun.of(command, timeout);
        Map<String, Reading> readings = parse(run.require(command));
        if (readings.isEmpty()) {
            throw new IOException(command.getFirst() + " printed no line \"name value\"");
        }
        return readings;
    }

    /** What was printed, by name. */
    static Map<String, Reading> parse(String output) {
        Map<String, List<Reading>> found = new LinkedHashMap<>();
        StringBuilder rest = new StringBuilder();
        output.lines().map(String::strip).forEach(line -> {
            Matcher pair = LINE.matcher(line);
            if (pair.matches()) {
                add(found, pair.group(1), number(pair.group(2)));
            } else {
                rest.append(line).append('\n');
            }
        });
        PrometheusText.parse(rest.toString()).all().values().forEach(samples -> {
            for (Sample sample : samples) {
                String name = sample.name().toLowerCase(Locale.ROOT).replace(':', '_');
                if (NAME.matcher(name).matches()) {
                    add(found, name, finite(sample.value()));
                }
            }
        });
        Map<String, Reading> readings = new LinkedHashMap<>();
        found.forEach((name, values) -> readings.put(
                name,
                values.size() == 1
                        ? values.getFirst()
                        : Reading.failed("was printed " + values.size() + " times; print each metric once")));
        return readings;
    }

    private static void add(Map<String, List<Reading>> found, String name, Reading reading) {
        found.computeIfAbsent(name, n -> new ArrayList<>()).add(reading);
    }

    private static Reading number(String text) {
        try {
            return finite(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return Reading.failed("\"" + text.substring(0, Math.min(MOST_MESSAGE, text.length()))
                    + "\" was printed, which is no number");
        }
    }

    private static Reading finite(double value) {
        return Double.isFinite(value) ? Reading.of(value) : Reading.failed(value + " was printed");
    }
}
