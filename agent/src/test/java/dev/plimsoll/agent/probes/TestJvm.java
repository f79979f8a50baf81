package dev.plimsoll.agent.probes;

import dev.plimsoll.scenarios.LocalProcess;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A JVM of its own that allocates. It ends with the test, also when the test is killed. */
final class TestJvm implements AutoCloseable {
    /** The Java that the tests run on. */
    static final Path CURRENT = Path.of(System.getProperty("java.home"));

    private final Process process;
    private final BufferedReader output;
    private final BufferedWriter input;

    private TestJvm(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
        this.input = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** The program compiled for Java 17, in that directory. */
    static Path compiled(Path directory) throws Exception {
        Path source = directory.resolve("Allocating.java");
        if (!Files.exists(directory.resolve("Allocating.class"))) {
            Files.writeString(source, PageServer.resource("Allocating.java.txt"));
            int status = ToolProvider.getSystemJavaCompiler()
                    .run(null, null, null, "--release", "17", "-d", directory.toString(), source.toString());
            if (status != 0) {
                throw new AssertionError("Allocating.java does not compile");
            }
        }
        return directory;
    }

    /** A JDK 17 of this machine, if there is one where Debian has them. */
    static Optional<Path> jdk17() {
        Path place = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(place)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(place)) {
            return homes.filter(home -> home.getFileName().toString().contains("17"))
                    .filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .min(Comparator.comparing(Path::toString));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the program on that Java, and waits until it allocates. */
    static TestJvm allocating(Path home, Path classes, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("-cp", classes.toString(), "Allocating"));
        TestJvm jvm = start(home, arguments);
        String first = jvm.line();
        if (!"ready".equals(first)) {
            jvm.close();
            throw new AssertionError("the JVM does not start with " + List.of(options) + ": " + first);
        }
        return jvm;
    }

    /** Starts a Java with a small heap and these arguments. */
    static TestJvm start(Path home, List<String> arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin/java").toString(), "-Xmx48m", "-XX:TieredStopAtLevel=1"));
        command.addAll(arguments);
        return new TestJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    long pid() {
        return process.pid();
    }

    JvmLocator locator() {
        return locator(pid());
    }

    static JvmLocator locator(long pid) {
        return JvmLocator.of(new LocalProcess.OfPid(pid));
    }

    /** The next line that it prints; null at its end. */
    String line() throws IOException {
        return output.readLine();
    }

    /** Has it collect its whole heap, and waits for that. */
    void collect() throws IOException {
        input.write("gc\n");
        input.flush();
        line();
    }

    /** Ends it at once. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
