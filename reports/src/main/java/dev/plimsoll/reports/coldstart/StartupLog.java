package dev.plimsoll.reports.coldstart;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What vLLM's log tells of its start. Lines are known by their words, which versions from 0.6 on share; what stands before
 * them (process, time, file) does not matter. Of several processes that tell the same, the slowest counts.
 *
 * <p>Not safe for use by several threads.
 */
public final class StartupLog {
    private static final String SECONDS = " (\\d+(?:\\.\\d+)?) ?(?:s|secs|seconds)\\b";
    private static final Map<StartPhase, Pattern> SENTENCES = sentences();

    private final Map<StartPhase, Double> seconds = new EnumMap<>(StartPhase.class);

    private static Map<StartPhase, Pattern> sentences() {
        Map<StartPhase, Pattern> sentences = new EnumMap<>(StartPhase.class);
        sentences.put(StartPhase.WEIGHTS, Pattern.compile("Loading weights took" + SECONDS));
        sentences.put(StartPhase.MODEL, Pattern.compile("Model loading took .*?(?:and|memory,?|GiB|GB)" + SECONDS));
        sentences.put(
                StartPhase.COMPILE, Pattern.compile("(?:torch\\.compile (?:takes|took)|\\(compilation:)" + SECONDS));
        sentences.put(StartPhase.GRAPHS, Pattern.compile("Graph capturing finished in" + SECONDS));
        sentences.put(StartPhase.ENGINE, Pattern.compile("init engine(?: \\(.*?\\))? took" + SECONDS));
        return Collections.unmodifiableMap(sentences);
    }

    /** Takes one line. */
    public void take(String line) {
        SENTENCES.forEach((phase, sentence) -> {
            Matcher matcher = sentence.matcher(line);
            if (matcher.find()) {
                seconds.merge(phase, Double.parseDouble(matcher.group(1)), Math::max);
            }
        });
    }

    /** What it said of a phase, in seconds; empty when it said nothing. */
    public OptionalDouble seconds(StartPhase phase) {
        Double said = seconds.get(phase);
        return said == null ? OptionalDouble.empty() : OptionalDouble.of(said);
    }
}
