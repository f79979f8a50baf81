package dev.plimsoll.scenarios;

import java.util.List;
import java.util.stream.Collectors;

/** A scenario that cannot be used. Its message has a line for each problem. */
public final class ScenarioException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    /** With at least one problem. */
    public ScenarioException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Every problem found, in the order of the file. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong.
     *
     * @param source the file, or {@code --set path=value}
     * @param line from 1; 0 where there is none
     * @param column from 1; 0 where there is none
     * @param path the key, such as {@code phases[1].rate}
     * @param sentence the rule, the offending value and the next step
     */
    public record Problem(String source, int line, int column, String path, String sentence) {
        @Override
        public String toString() {
            String place = line > 0 ? source + ":" + line + ":" + column : source;
            return place + ": " + (path.isEmpty() ? "" : path + ": ") + sentence;
        }
    }
}
