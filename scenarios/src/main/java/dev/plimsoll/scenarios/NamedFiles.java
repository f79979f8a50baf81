package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.YamlNode.Scalar;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files that a scenario names. */
final class NamedFiles {
    /** The most bytes of a scenario. */
    static final long MAX_SCENARIO = 1 << 20;
    /** The most bytes of a prompt file: agents get its contents in one message. */
    static final long MAX_PROMPTS = 64L << 20;

    private final @Nullable Path directory;
    private final Map<String, String> prompts = new LinkedHashMap<>();

    private NamedFiles(@Nullable Path directory) {
        this.directory = directory;
    }

    /** Files relative to a directory. */
    static NamedFiles in(Path directory) {
        return new NamedFiles(directory.toAbsolutePath().normalize());
    }

    /** No look at any file: for scenarios that were checked before. */
    static NamedFiles unchecked() {
        return new NamedFiles(null);
    }

    /** Contents of the prompt files seen so far, by the path used. */
    Map<String, String> prompts() {
        return prompts;
    }

    /** The path of a prompt file, whose contents are then kept. */
    Optional<String> prompts(Values values, Field field) {
        Optional<String> name = values.text(field);
        if (directory == null || name.isEmpty() || name.get().contains(Values.MASK)) {
            return name;
        }
        try {
            prompts.put(name.get(), text(directory.resolve(name.get()), MAX_PROMPTS));
            return name;
        } catch (IOException | InvalidPathException e) {
            values.problem(field, "the prompt file \"" + name.get() + "\" " + reason(e));
            return Optional.empty();
        }
    }

    /** The absolute path of a file that is there and can be read. */
    Optional<String> existing(Values values, Field field) {
        Optional<String> name = values.text(field);
        if (directory == null || name.isEmpty() || name.get().contains(Values.MASK)) {
            return name;
        }
        try {
            Path path = directory.resolve(name.get());
            if (!Files.isRegularFile(path)) {
                throw new NoSuchFileException(path.toString());
            }
            if (!Files.isReadable(path)) {
                throw new AccessDeniedException(path.toString());
            }
            String absolute = path.normalize().toString();
            if (field.node() instanceof Scalar scalar) {
                scalar.replaceText(absolute, scalar.masked());
            }
            return Optional.of(absolute);
        } catch (IOException | InvalidPathException e) {
            values.problem(field, "the file \"" + name.get() + "\" " + reason(e));
            return Optional.empty();
        }
    }

    /** The text of a file of UTF-8. */
    static String text(Path file, long most) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("is a directory");
        }
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes((int) most + 1);
        }
        if (bytes.length > most) {
            throw new IOException("is larger than " + (most >> 20) + " MiB");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IOException("is not UTF-8; the first bad byte is " + firstBadByte(bytes), e);
        }
    }

    private static String firstBadByte(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(bytes.length + 1), true);
        int line = 1;
        for (int i = 0; i < in.position(); i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return String.format(Locale.ROOT, "0x%02X in line %d", bytes[in.position()] & 0xFF, line);
    }

    /** What is wrong with a file, as the end of a sentence. */
    static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException missing -> "does not exist";
            case AccessDeniedException denied -> "cannot be read: permission denied";
            case InvalidPathException invalid -> "is not a path";
            default -> e.getMessage() == null ? "cannot be read" : e.getMessage();
        };
    }
}
