package dev.plimsoll.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each package of this module uses only those before it, so there is no cycle. */
class PackageOrderTest {
    private static final Path ROOT = Path.of("src/main/java/dev/plimsoll/reports");
    private static final List<String> ORDER = List.of(
            "quantities", "preflight", "coldstart", "results", "verdict", "bundle", "imports", "causes", "render");
    private static final Pattern USE = Pattern.compile("dev\\.plimsoll\\.reports\\.([a-z]+)\\.[A-Z]");

    @Test
    void packageUsesOnlyThoseBeforeIt() throws IOException {
        for (String name : ORDER) {
            for (Path file : list(ROOT.resolve(name))) {
                Matcher use = USE.matcher(Files.readString(file));
                while (use.find()) {
                    assertTrue(
                            ORDER.indexOf(use.group(1)) <= ORDER.indexOf(name), () -> file + " uses " + use.group(1));
                }
            }
        }
    }

    @Test
    void everyPackageHasItsPlace() throws IOException {
        List<String> found =
                list(ROOT).stream().map(path -> path.getFileName().toString()).toList();
        assertEquals(ORDER.stream().sorted().toList(), found);
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }
}
