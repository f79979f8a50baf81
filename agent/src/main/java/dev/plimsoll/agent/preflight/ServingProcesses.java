package dev.plimsoll.agent.preflight;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Processes that serve with vLLM, by their command lines below {@code /proc}. */
final class ServingProcesses {
    private static final int MOST_ANCESTORS = 6;
    private static final int MOST_COMMAND_LINE = 64 * 1024;

    private final Path proc;

    ServingProcesses(Path root) {
        proc = root.resolve("proc");
    }

    /** Whether a process or one that started it is vLLM. */
    boolean serves(long pid) {
        long at = pid;
        for (int i = 0; i < MOST_ANCESTORS && at > 1; i++) {
            if (isServer(commandLine(Long.toString(at)))) {
                return true;
            }
            at = parent(at);
        }
        return false;
    }

    /** The Python of a running server, if one runs whose Python is named by its whole path. */
    Optional<String> python() {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                List<String> line = commandLine(String.valueOf(process.getFileName()));
                if (line.size() > 1 && isServer(line) && line.getFirst().matches("/.*/python[0-9.]*")) {
                    return Optional.of(line.getFirst());
                }
            }
        } catch (IOException notLinux) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean isServer(List<String> line) {
        // The engine's processes name themselves VLLM::EngineCore and the like.
        return line.stream()
                .limit(4)
                .map(word -> word.toLowerCase(Locale.ROOT))
                .anyMatch(word -> word.startsWith("vllm") || word.endsWith("/vllm"));
    }

    private List<String> commandLine(String pid) {
        try (var in = Files.newInputStream(proc.resolve(pid).resolve("cmdline"))) {
            String text = new String(in.readNBytes(MOST_COMMAND_LINE), StandardCharsets.UTF_8);
            return Arrays.asList(text.split("\0"));
        } catch (IOException ended) {
            return List.of();
        }
    }

    private long parent(long pid) {
        try {
            String stat =
                    Files.readString(proc.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
            // The name in brackets may hold blanks and brackets; state and parent follow the last one.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
            return fields.length > 1 && fields[1].matches("\\d{1,18}") ? Long.parseLong(fields[1]) : 0;
        } catch (IOException ended) {
            return 0;
        }
    }
}
