package dev.plimsoll.controller.commands;

import dev.plimsoll.reports.bundle.RunInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build. */
public final class Version {
    /** The options that ask for it. */
    public static final List<String> OPTIONS = List.of("-V", "--version");

    private Version() {}

    /** Prints it, and gives the exit code. */
    public static int print(Console console) {
        console.print(line() + "\n");
        return ExitCode.DONE.code();
    }

    /** For picocli. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {line()};
        }
    }

    private static String line() {
        return "plimsoll " + number() + " (bundle format " + RunInfo.FORMAT + ", Java "
                + Runtime.version().feature() + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + ")";
    }

    /** The number alone. */
    static String number() {
        Properties properties = new Properties();
        try (InputStream resource = Version.class.getResourceAsStream("version.properties")) {
            if (resource == null) {
                throw new IllegalStateException("version.properties is missing from this build");
            }
            properties.load(resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }
}
