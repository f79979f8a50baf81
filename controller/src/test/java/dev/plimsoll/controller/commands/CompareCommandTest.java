package dev.plimsoll.controller.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in this process, on bundles and files on disk. */
class CompareCommandTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private static Path store;

    private static String fast;
    private static String fastAgain;
    private static String fastOnceMore;
    private static String slow;
    private static String newer;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void write() {
        fast = TestingBundles.write(store, 1, 100, "0.32.0", Optional.empty());
        fastAgain = TestingBundles.write(store, 2, 100, "0.32.0", Optional.empty());
        fastOnceMore = TestingBundles.write(store, 3, 100, "0.32.0", Optional.empty());
        slow = TestingBundles.write(store, 4, 130, "0.32.0", Optional.empty());
        newer = TestingBundles.write(store, 5, 100, "0.33.0", Optional.empty());
    }

    private int compare(String... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of("compare", "--out", store.toString()));
        all.addAll(List.of(arguments));
        Console console =
                Console.of(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), "", Map.of());
        return new Plimsoll(console, Map.of()).run(all.toArray(String[]::new));
    }

    private String out() {
        return out.toString(UTF_8);
    }

    private String err() {
        return err.toString(UTF_8);
    }

    @Test
    void saysWhichMetricsAreSlower() {
        assertEquals(0, compare(fast, slow), err());
        assertTrue(out().matches("(?s).*latency\\.mean +[0-9.]+ ms +[0-9.]+ ms +\\+[0-9.]+ % .* slower\n.*"), out());
        assertTrue(out().contains("no difference seen"), out());
        assertTrue(out().contains("How much runs of the same code differ is unknown"), out());
    }

    @Test
    void aRunMayBeADirectoryAnIdOrTheLatest() {
        assertEquals(0, compare(store.resolve(fast).toString(), fastAgain), err());
        assertEquals(0, compare("--allow", "vllm_version", fast, "latest"), err());
        assertTrue(out().contains(newer), out());
    }

    @Test
    void groupsOfRunsStandOnBothSidesOfVs() {
        assertEquals(0, compare(fast, fastAgain, fastOnceMore, "vs", slow), err());
        assertFalse(out().contains("is unknown"), out());
        assertEquals(2, compare(fast, fastAgain, slow));
        assertTrue(err().contains("the word vs"), err());
        assertEquals(2, compare(fast, "vs"));
    }

    @Test
    void runsOfDifferentServersEndWith3UnlessThatIsAllowed() {
        assertEquals(3, compare(fast, newer));
        assertTrue(out().startsWith("not comparable"), out());
        assertTrue(out().contains("vLLM version 0.32.0, now 0.33.0"), out());
        assertEquals(0, compare("--allow", "vllm_version", fast, newer), err());
        assertEquals(2, compare("--allow", "vllm", fast, newer));
        assertTrue(err().contains("the nearest is \"vllm_version\""), err());
    }

    @Test
    void aLimitThatIsSurelyBrokenEndsWith1AndAnUndecidedOneWith3() {
        assertEquals(1, compare("--fail-on", "latency.mean <= +5%", fast, fastAgain, fastOnceMore, "vs", slow), err());
        assertTrue(out().contains("✗ fail"), out());
        assertEquals(0, compare("--fail-on", "latency.mean <= +50%", fast, slow), err());
        assertEquals(3, compare("--fail-on", "latency.mean <= +25%", fast, slow), err());
        assertTrue(out().contains("? undecided"), out());
    }

    @Test
    void aWrongLimitEndsWith2AndNamesWhatIsMeant() {
        assertEquals(2, compare("--fail-on", "latncy.p99 <= +10%", fast, slow));
        assertTrue(err().contains("the nearest is \"latency\""), err());
        assertEquals(2, compare("--fail-on", "latency.p99 <= 10%", fast, slow));
        assertTrue(err().contains("begins with +"), err());
        assertEquals("", out());
    }

    @Test
    void jsonHoldsEveryRow() throws IOException {
        assertEquals(0, compare("--format", "json", fast, slow), err());
        JsonNode json = JSON.readTree(out());
        assertEquals(1, json.path("format").asInt());
        assertTrue(json.path("comparable").asBoolean());
        JsonNode mean = json.path("rows").get(0);
        assertEquals("latency", mean.path("metric").asText());
        assertEquals("mean", mean.path("statistic").asText());
        assertEquals("slower", mean.path("word").asText());
        assertEquals(800, mean.path("before_count").asLong());
        assertTrue(mean.path("low").asDouble() > 20 && mean.path("high").asDouble() < 40, mean.toString());
    }

    @Test
    void thePageStandsByItselfAndHoldsBothSpectra() throws IOException {
        Path page = store.resolve("page.html");
        assertEquals(0, compare("--html", page.toString(), fast, slow), err());
        String html = Files.readString(page);
        assertTrue(html.contains("before " + fast.substring(0, 20)), "spectrum of the earlier run");
        assertTrue(html.contains("after " + slow.substring(0, 20)), "spectrum of the later run");
        assertFalse(html.matches("(?s).*(src|href)=\"https?:.*"), "it asks for nothing outside");
        assertTrue(err().contains("wrote " + page), err());
        assertEquals(2, compare("--html", store.resolve("no/where.html").toString(), fast, slow));
    }

    @Test
    void whatIsNoRunEndsWith2AndSaysWhatIsOne() throws IOException {
        assertEquals(2, compare(fast, "nothing-here"));
        assertTrue(err().contains("there is no run or file \"nothing-here\"; name a run bundle's directory"), err());
        Path file = Files.writeString(store.resolve("other.json"), "{\"a\": 1}");
        assertEquals(2, compare(fast, file.toString()));
        assertTrue(err().contains("no result of a known tool"), err());
        assertFalse(err().contains("\tat "), err());
    }
}
