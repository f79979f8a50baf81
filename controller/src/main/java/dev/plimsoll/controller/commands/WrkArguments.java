package dev.plimsoll.controller.commands;

import dev.plimsoll.scenarios.Nearest;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The command line of {@code plimsoll wrk}, read as wrk's own {@code getopt_long} reads it: {@code -t2}, {@code -t 2},
 * {@code --threads 2} and {@code --threads=2} are the same, and flags can stand together.
 *
 * <p>It is read without the command line's parser of the other commands, which takes a third of a second to start: longer
 * than everything else before the first request.
 *
 * @param threads event loops that carry the load
 * @param connections users of a closed loop; with a rate, connections at most
 * @param seconds how long requests are sent
 * @param rate requests a second, over all connections; absent: as fast as answers come
 * @param headers lines such as {@code Accept: text/html}
 * @param latency whether the distribution is printed
 * @param uncorrected whether wrk2's second distribution is
 * @param timeoutSeconds how long an answer may take
 * @param url what to load; absent when only the version or help is wanted
 * @param version whether the version is wanted
 * @param help whether help is wanted
 * @param debug whether an error shows where it came from
 * @param json whether the figures are printed as JSON
 * @param out where the bundle is kept; absent: nowhere
 * @param transport {@code io_uring}, {@code epoll} or {@code nio}; absent: the best one
 */
record WrkArguments(
        long threads,
        long connections,
        long seconds,
        OptionalLong rate,
        List<String> headers,
        boolean latency,
        boolean uncorrected,
        long timeoutSeconds,
        Optional<String> url,
        boolean version,
        boolean help,
        boolean debug,
        boolean json,
        Optional<Path> out,
        Optional<String> transport) {
    private static final String NO_SCRIPTS =
            "wrk's Lua scripts (-s) are not run: write the requests as `workload:` entries of a scenario, with "
                    + "`request: {method, path, headers, body}` and `weight`, and run it with: plimsoll run FILE "
                    + "(plimsoll init URL writes a first one)";
    private static final int MOST_THREADS = 256;
    private static final int MOST_CONNECTIONS = 1_000_000;
    private static final long MOST_SECONDS = 7 * 24 * 3_600L;
    private static final long MOST_PER_SECOND = 10_000_000;

    /** Copies the list and checks what belongs together. */
    WrkArguments {
        headers = List.copyOf(headers);
    }

    /** Every option: its letter, or 0, its word, and whether a value follows. */
    private enum Flag {
        CONNECTIONS('c', "connections", true),
        DURATION('d', "duration", true),
        THREADS('t', "threads", true),
        RATE('R', "rate", true),
        HEADER('H', "header", true),
        SCRIPT('s', "script", true),
        LATENCY('L', "latency", false),
        UNCORRECTED('U', "u_latency", false),
        TIMEOUT('T', "timeout", true),
        VERSION('v', "version", false),
        HELP('h', "help", false),
        DEBUG('\0', "debug", false),
        FORMAT('\0', "format", true),
        OUT('\0', "out", true),
        TRANSPORT('\0', "transport", true);

        private final char letter;
        private final String word;
        private final boolean valued;

        Flag(char letter, String word, boolean valued) {
            this.letter = letter;
            this.word = word;
            this.valued = valued;
        }

        /** As a person writes it. */
        String shown() {
            return letter == '\0' ? "--" + word : "-" + letter;
        }
    }

    /**
     * Reads it.
     *
     * @throws CommandException with a sentence on what is wrong
     */
    static WrkArguments parse(List<String> arguments) throws CommandException {
        Reading reading = new Reading();
        reading.read(new ArrayDeque<>(arguments));
        return reading.result();
    }

    /** The state of one reading. */
    private static final class Reading {
        private long threads = 2;
        private long connections = 10;
        private long seconds = 10;
        private OptionalLong rate = OptionalLong.empty();
        private final List<String> headers = new ArrayList<>();
        private boolean latency;
        private boolean uncorrected;
        private long timeoutSeconds = 2;
        private Optional<String> url = Optional.empty();
        private boolean version;
        private boolean help;
        private boolean debug;
        private boolean json;
        private Optional<Path> out = Optional.empty();
        private Optional<String> transport = Optional.empty();

        void read(Deque<String> left) throws CommandException {
            boolean optionsOver = false;
            while (!left.isEmpty()) {
                String argument = left.removeFirst();
                if (optionsOver || !argument.startsWith("-") || argument.equals("-")) {
                    operand(argument);
                } else if (argument.equals("--")) {
                    optionsOver = true;
                } else if (argument.startsWith("--")) {
                    word(argument.substring(2), left);
                } else {
                    letters(argument.substring(1), left);
                }
            }
        }

        private void operand(String argument) throws CommandException {
            if (url.isPresent()) {
                throw usage("there is one URL, and \"" + argument + "\" is one argument more");
            }
            url = Optional.of(argument);
        }

        private void word(String text, Deque<String> left) throws CommandException {
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals);
            Flag flag = find(name);
            if (!flag.valued) {
                if (equals >= 0) {
                    throw usage("--" + name + " takes no value");
                }
                apply(flag, "");
                return;
            }
            apply(flag, equals >= 0 ? text.substring(equals + 1) : value(flag, left));
        }

        private void letters(String letters, Deque<String> left) throws CommandException {
            for (int i = 0; i < letters.length(); i++) {
                Flag flag = find(letters.charAt(i));
                if (flag.valued) {
                    String attached = letters.substring(i + 1);
                    apply(flag, attached.isEmpty() ? value(flag, left) : attached);
                    return;
                }
                apply(flag, "");
            }
        }

        private static String value(Flag flag, Deque<String> left) throws CommandException {
            if (left.isEmpty()) {
                throw usage(flag.shown() + " needs a value");
            }
            return left.removeFirst();
        }

        private static Flag find(char letter) throws CommandException {
            for (Flag flag : Flag.values()) {
                if (flag.letter == letter && letter != '\0') {
                    return flag;
                }
            }
            throw usage("there is no option -" + letter);
        }

        private static Flag find(String name) throws CommandException {
            List<String> words = new ArrayList<>();
            for (Flag flag : Flag.values()) {
                if (flag.word.equals(name)) {
                    return flag;
                }
                words.add(flag.word);
            }
            throw usage("there is no option --" + name
                    + Nearest.to(name, words)
                            .map(near -> "; did you mean --" + near + "?")
                            .orElse(""));
        }

        private void apply(Flag flag, String value) throws CommandException {
            switch (flag) {
                case CONNECTIONS -> connections = count(flag, value, MOST_CONNECTIONS);
                case DURATION -> seconds = seconds(flag, value);
                case THREADS -> threads = count(flag, value, MOST_THREADS);
                case RATE -> rate = OptionalLong.of(count(flag, value, MOST_PER_SECOND));
                case HEADER -> headers.add(value);
                case SCRIPT -> throw usage(NO_SCRIPTS);
                case LATENCY -> latency = true;
                case UNCORRECTED -> {
                    latency = true;
                    uncorrected = true;
                }
                case TIMEOUT -> timeoutSeconds = seconds(flag, value);
                case VERSION -> version = true;
                case HELP -> help = true;
                case DEBUG -> debug = true;
                case FORMAT -> json = isJson(value);
                case OUT -> out = Optional.of(path(value));
                case TRANSPORT -> transport = Optional.of(value);
            }
        }

        private static long count(Flag flag, String value, long most) throws CommandException {
            OptionalLong count = WrkNumbers.count(value);
            if (count.isEmpty() || count.getAsLong() < 1 || count.getAsLong() > most) {
                throw usage(flag.shown() + " (--" + flag.word + ") is a whole number from 1 to " + most
                        + ", such as 100 or 1k, not \"" + value + "\"");
            }
            return count.getAsLong();
        }

        private static long seconds(Flag flag, String value) throws CommandException {
            OptionalLong seconds = WrkNumbers.seconds(value);
            if (seconds.isEmpty() || seconds.getAsLong() < 1 || seconds.getAsLong() > MOST_SECONDS) {
                throw usage(flag.shown() + " (--" + flag.word
                        + ") is a time from 1s to a week, such as 30s, 2m or 1h, not \"" + value + "\"");
            }
            return seconds.getAsLong();
        }

        private static boolean isJson(String value) throws CommandException {
            return switch (value) {
                case "json" -> true;
                case "text" -> false;
                default -> throw usage("--format is text or json, not \"" + value + "\"");
            };
        }

        private static Path path(String value) throws CommandException {
            try {
                return Path.of(value);
            } catch (InvalidPathException e) {
                throw new CommandException(ExitCode.USAGE, "--out: \"" + value + "\" is not a directory's name", e);
            }
        }

        WrkArguments result() throws CommandException {
            if (connections < threads) {
                throw usage(
                        "connections (-c " + connections + ") are at least as many as threads (-t " + threads + ")");
            }
            if (uncorrected && rate.isEmpty()) {
                throw usage("-U (--u_latency) tells what a rate's schedule hides: give a rate with -R");
            }
            return new WrkArguments(
                    threads,
                    connections,
                    seconds,
                    rate,
                    headers,
                    latency,
                    uncorrected,
                    timeoutSeconds,
                    url,
                    version,
                    help,
                    debug,
                    json,
                    out,
                    transport);
        }
    }

    private static CommandException usage(String sentence) {
        return new CommandException(ExitCode.USAGE, sentence);
    }
}
