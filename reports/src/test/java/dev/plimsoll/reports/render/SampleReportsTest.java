package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.measurements.MeasurementsJson;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Opens sample reports, kept in {@code target/reports-sample}, in a real browser. Chromium is named by the system property
 * {@code plimsoll.chromium}, or found on the path; without one these tests fail.
 */
final class SampleReportsTest {
    private static final Path DIRECTORY = Path.of("target", "reports-sample");
    private static final String POLICY = "<meta http-equiv=\"Content-Security-Policy\""
            + " content=\"default-src 'none'; img-src 'self'; style-src 'self'\"/>";

    @TempDir
    private Path profile;

    @BeforeAll
    static void writeSamples() throws IOException {
        Files.createDirectories(DIRECTORY);
        String rollback = HtmlReport.render(TestingReports.rollback());
        write("rollback.html", rollback);
        write(
                "rollback-jenkins.html",
                rollback.replace("<meta charset=\"utf-8\"/>", "<meta charset=\"utf-8\"/>" + POLICY));
        write("comparison.html", ComparisonRenderTest.page());
        write("empty.html", HtmlReport.render(TestingReports.empty()));
        write("hour.html", HtmlReport.render(TestingReports.hour()));
        write("short.html", HtmlReport.render(TestingReports.shortRun()));
        write("rollback.txt", TextReport.render(TestingReports.rollback(), false, 100));
        write("short.txt", TextReport.render(TestingReports.shortRun(), false, 100));
    }

    /** The width of what a page holds beyond that of its window, in CSS pixels, as the browser lays it out. */
    private int overflow(String sample, int width) throws Exception {
        String asking = "<script>addEventListener('load', () => { document.title ="
                + " 'beyond ' + (document.documentElement.scrollWidth - innerWidth) + ' of ' + innerWidth });</script>";
        String name = "measured-" + sample;
        write(name, Files.readString(DIRECTORY.resolve(sample)).replace("</body>", asking + "</body>"));
        String dom = chromium(name, "--window-size=" + width + ",2000", "--dump-dom");
        Matcher title = Pattern.compile("<title>beyond (-?\\d+) of " + width + "</title>")
                .matcher(dom);
        assertTrue(title.find(), dom.substring(0, Math.min(dom.length(), 500)));
        return Integer.parseInt(title.group(1));
    }

    @ParameterizedTest
    @CsvSource({"rollback.html, 600", "rollback.html, 1280", "comparison.html, 600", "comparison.html, 1280"})
    void pageIsNoWiderThanItsWindow(String sample, int width) throws Exception {
        assertTrue(overflow(sample, width) <= 0, sample + " at " + width);
    }

    @Test
    void comparisonLogsNoErrorAndSendsNoRequest() throws Exception {
        String dom = chromium("comparison.html", "--dump-dom");
        assertTrue(dom.contains("Percentile spectra"));
        assertTrue(dom.contains("<path"), "the spectra are drawn");
        assertEquals(List.of(), requestsOf("comparison.html"));
    }

    @Test
    void browserLogsNoErrorAndSendsNoRequest() throws Exception {
        String dom = chromium("rollback.html", "--dump-dom");
        assertTrue(dom.contains("id=\"theme\""), "the page's script ran to its end");
        assertTrue(dom.contains("class=\"cursor\""), "the charts have a cursor");
        assertFalse(dom.contains("<script>alert"), "no script of the server's");
        assertEquals(List.of(), requestsOf("rollback.html"));
    }

    @Test
    void requestOfAPageWouldBeNoticed() throws Exception {
        write("asking.html", "<!DOCTYPE html><html><body><img src=\"http://127.0.0.1:9/x.png\"/></body></html>");
        assertEquals(List.of("http://127.0.0.1:9/x.png"), requestsOf("asking.html"));
    }

    /** What a page asks for over the network. The browser's own requests have no origin; no name is resolved for them. */
    private List<String> requestsOf(String sample) throws Exception {
        Path netLog = profile.resolve("net.json");
        chromiumRaw(sample, "--log-net-log=" + netLog, "--dump-dom");
        Set<String> requests = new TreeSet<>();
        for (JsonNode event :
                MeasurementsJson.mapper().readTree(netLog.toFile()).path("events")) {
            JsonNode params = event.path("params");
            String url = params.path("url").asText();
            boolean own = params.path("initiator").asText().equals("not an origin");
            if (params.has("initiator") && !own && url.startsWith("http")) {
                requests.add(url);
            }
        }
        return List.copyOf(requests);
    }

    @Test
    void pageIsWholeWhereThePolicyForbidsStylesAndScripts() throws Exception {
        String dom = chromium("rollback-jenkins.html", "--dump-dom");
        assertFalse(dom.contains("id=\"theme\""), "the policy keeps the script from running");
        assertTrue(dom.contains("ROLLBACK"));
        assertTrue(dom.contains("<path"));
    }

    /** Runs Chromium on a sample and gives what it printed; the page must have logged nothing. */
    private String chromium(String sample, String... options) throws IOException, InterruptedException {
        String printed = chromiumRaw(sample, options);
        boolean policy = sample.contains("jenkins");
        List<String> console = Files.readString(profile.resolve("stderr"), StandardCharsets.UTF_8)
                .lines()
                .filter(l -> l.contains("CONSOLE"))
                .filter(l -> !policy || !l.contains("Content Security Policy"))
                .toList();
        assertEquals(List.of(), console);
        return printed;
    }

    private String chromiumRaw(String sample, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                executable(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                "--enable-logging=stderr",
                "--user-data-dir=" + profile.resolve("profile")));
        command.addAll(List.of(options));
        command.add(DIRECTORY.resolve(sample).toAbsolutePath().toUri().toString());
        Path output = profile.resolve("stdout");
        Process process = new ProcessBuilder(command)
                .redirectError(profile.resolve("stderr").toFile())
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "Chromium ended");
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static String executable() {
        String named = System.getProperty("plimsoll.chromium", "");
        if (!named.isEmpty()) {
            return named;
        }
        for (String directory : System.getenv("PATH").split(File.pathSeparator, -1)) {
            for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
                Path file = Path.of(directory, name);
                if (Files.isExecutable(file)) {
                    return file.toString();
                }
            }
        }
        throw new AssertionError(
                "no Chromium: install one (apt-get install chromium), or name it with" + " -Dplimsoll.chromium=PATH");
    }

    private static void write(String name, String text) throws IOException {
        Files.writeString(DIRECTORY.resolve(name), text);
    }
}
