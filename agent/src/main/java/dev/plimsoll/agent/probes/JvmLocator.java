package dev.plimsoll.agent.probes;

import dev.plimsoll.scenarios.LocalProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the JVM that is to be watched. */
@FunctionalInterface
interface JvmLocator {
    /**
     * The JVM as of now.
     *
     * @throws IOException with what is wrong, for a person, if there is none
     */
    LocalJvm find() throws IOException;

    /** Finds what a scenario names. */
    static JvmLocator of(LocalProcess process) {
        return switch (process) {
            case LocalProcess.OfPid named ->
                () -> {
                    LocalJvm jvm = new LocalJvm(named.pid());
                    jvm.require();
                    return jvm;
                };
            case LocalProcess.OfPort named -> () -> listening(Path.of("/proc"), named.port());
        };
    }

    /** The JVM that listens on a port. */
    private static LocalJvm listening(Path proc, int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String file : List.of("net/tcp", "net/tcp6")) {
            sockets.addAll(listeners(proc.resolve(file), port));
        }
        if (sockets.isEmpty()) {
            throw new IOException("nothing listens on port " + port + " of the agent's machine");
        }
        try (Stream<Path> processes = Files.list(proc)) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("[1-9][0-9]*"))
                    .filter(process -> holdsOneOf(process.resolve("fd"), sockets))
                    .map(process ->
                            new LocalJvm(Long.parseLong(process.getFileName().toString())))
                    .filter(LocalJvm::isJvm)
                    .findFirst()
                    .orElseThrow(() -> new IOException("what listens on port " + port
                            + " is no JVM of this user; run the agent as the same user as the JVM"));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** The sockets that listen on a port, as links to them are named. */
    private static Set<String> listeners(Path table, int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        try (Stream<String> lines = Files.lines(table, StandardCharsets.ISO_8859_1)) {
            lines.map(line -> line.strip().split("\\s+"))
                    // sl local_address rem_address st … inode; 0A is LISTEN.
                    .filter(cells -> cells.length > 9 && cells[1].endsWith(suffix) && cells[3].equals("0A"))
                    .forEach(cells -> sockets.add("socket:[" + cells[9] + "]"));
        } catch (NoSuchFileException e) {
            return Set.of();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return sockets;
    }

    /** Whether a process has one of these open; not, when it is not to be looked into. */
    private static boolean holdsOneOf(Path descriptors, Set<String> sockets) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                if (sockets.contains(target(link))) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            // It was closed meanwhile.
            return "";
        }
    }
}
