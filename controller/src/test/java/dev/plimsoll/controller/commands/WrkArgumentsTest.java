package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrkArgumentsTest {
    private static final String URL = "http://127.0.0.1:8080/";

    private static WrkArguments parse(String... arguments) throws CommandException {
        return WrkArguments.parse(List.of(arguments));
    }

    private static String problem(String... arguments) {
        CommandException e = assertThrows(CommandException.class, () -> parse(arguments));
        assertEquals(ExitCode.USAGE, e.code());
        return String.valueOf(e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"100,100", "1k,1000", "1K,1000", "2M,2000000", "2m,2000000", "1G,1000000000", "' 5',5"})
    void countsHaveSiUnits(String text, long expected) {
        assertEquals(OptionalLong.of(expected), WrkNumbers.count(text));
    }

    @ParameterizedTest
    @CsvSource({"30,30", "30s,30", "30S,30", "2m,120", "2M,120", "1h,3600"})
    void timesHaveClockUnits(String text, long expected) {
        assertEquals(OptionalLong.of(expected), WrkNumbers.seconds(text));
    }

    @ParameterizedTest
    @CsvSource({"1.5k", "k", "''", "-1", "1x", "1kk", "99999999999999999999", "9999999999999999P"})
    void whatIsNoCountIsNone(String text) {
        assertEquals(OptionalLong.empty(), WrkNumbers.count(text));
    }

    @Test
    void defaultsAreWrks() throws CommandException {
        WrkArguments wanted = parse(URL);
        assertEquals(2, wanted.threads());
        assertEquals(10, wanted.connections());
        assertEquals(10, wanted.seconds());
        assertEquals(2, wanted.timeoutSeconds());
        assertEquals(OptionalLong.empty(), wanted.rate());
        assertEquals(Optional.of(URL), wanted.url());
    }

    @Test
    void everyFormOfAnOptionIsRead() throws CommandException {
        WrkArguments attached = parse("-t4", "-c1k", "-d2m", "-R2k", "-LU", "-T5", URL);
        assertEquals(attached, parse(URL, "-t", "4", "-c", "1k", "-d", "2m", "-R", "2k", "-L", "-U", "-T", "5"));
        assertEquals(
                attached,
                parse(
                        "--threads=4",
                        "--connections",
                        "1000",
                        "--duration=120s",
                        "--rate=2000",
                        "--latency",
                        "--u_latency",
                        "--timeout=5s",
                        "--",
                        URL));
        assertEquals(4, attached.threads());
        assertEquals(1_000, attached.connections());
        assertEquals(120, attached.seconds());
        assertEquals(OptionalLong.of(2_000), attached.rate());
        assertEquals(5, attached.timeoutSeconds());
        assertTrue(attached.uncorrected());
    }

    @Test
    void headersAreKeptInOrder() throws CommandException {
        assertEquals(
                List.of("A: 1", "B: 2", "C: 3"),
                parse("-HA: 1", "-H", "B: 2", "--header=C: 3", URL).headers());
    }

    @Test
    void aScriptIsRefusedWithWhatToUse() {
        String problem = problem("-s", "post.lua", URL);
        assertTrue(problem.contains("`workload:`") && problem.contains("plimsoll run"), problem);
        assertEquals(problem, problem("--script=post.lua", URL));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--latncy http://h/|did you mean --latency?",
                "-x http://h/|there is no option -x",
                "-t 0 http://h/|from 1 to 256",
                "-c many http://h/|not \"many\"",
                "-d 1.5s http://h/|not \"1.5s\"",
                "-t 4 -c 2 http://h/|at least as many as threads",
                "-U http://h/|give a rate with -R",
                "http://h/ http://i/|one argument more",
                "http://h/ -d|-d needs a value",
                "--latency=yes http://h/|takes no value",
                "--format xml http://h/|text or json",
            })
    void whatIsWrongIsNamed(String line, String expected) {
        String problem = problem(line.split(" "));
        assertTrue(problem.contains(expected), problem);
    }

    @Test
    void helpGoesToTheOtherParser() {
        assertTrue(WrkCommand.takes(List.of("wrk", "-d1s", URL)));
        assertEquals(false, WrkCommand.takes(List.of("wrk", "--help")));
        assertEquals(false, WrkCommand.takes(List.of("gate", "wrk")));
        assertEquals(false, WrkCommand.takes(List.of()));
    }
}
