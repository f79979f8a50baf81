package dev.plimsoll.agent.probes;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of this machine, as the system sees it.
 *
 * @param pid its process
 */
record LocalJvm(long pid) {
    private static final Path PROC = Path.of("/proc");

    /** Whether this is surely a JVM. */
    boolean isJvm() {
        try {
            require();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Makes sure that this is a JVM. To attach to anything else could end it: the attach signal is {@code SIGQUIT}.
     *
     * @throws IOException with what is wrong, for a person
     */
    void require() throws IOException {
        if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
            throw gone(null);
        }
        if (!Files.isDirectory(PROC.resolve("self"))) {
            return;
        }
        try {
            if (!Files.readString(proc("maps"), StandardCharsets.ISO_8859_1).contains("libjvm.so")) {
                throw new IOException("process " + pid + " is no JVM");
            }
        } catch (AccessDeniedException e) {
            throw new IOException(
                    "process " + pid + " is not to be looked into; run the agent as the same user as the JVM", e);
        } catch (NoSuchFileException e) {
            throw gone(e);
        }
    }

    /** What is thrown where the process has ended. */
    IOException gone(@Nullable Throwable cause) {
        return new IOException("there is no process " + pid + " on the agent's machine", cause);
    }

    private Path proc(String file) {
        return PROC.resolve(Long.toString(pid)).resolve(file);
    }

    /**
     * The command of that name from a JDK: the one that this JVM runs on, else this process' own, else the first on the
     * path. Tools of another version work too.
     */
    Optional<Path> tool(String name) {
        List<Path> places = new ArrayList<>();
        try {
            Path java = proc("exe").toRealPath();
            places.add(java.resolveSibling(name));
            // Up to version 8 a JDK holds its runtime in a directory of its own.
            places.add(java.resolve("../../../bin").resolve(name).normalize());
        } catch (IOException | RuntimeException e) {
            // Another user's JVM, or one whose files this process does not see: the other places remain.
            places.clear();
        }
        places.add(Path.of(System.getProperty("java.home"), "bin", name));
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (!directory.isEmpty()) {
                places.add(Path.of(directory, name));
            }
        }
        return places.stream().filter(Files::isExecutable).findFirst();
    }
}
