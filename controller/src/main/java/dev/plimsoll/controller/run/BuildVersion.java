package dev.plimsoll.controller.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build; controller and agents must have the same. */
public final class BuildVersion {
    private static final String RESOURCE = "/dev/plimsoll/controller/commands/version.properties";

    private BuildVersion() {}

    /** Such as {@code 1.0.0}; {@code unknown} where the build left it out. */
    public static String number() {
        Properties properties = new Properties();
        try (InputStream resource = BuildVersion.class.getResourceAsStream(RESOURCE)) {
            if (resource != null) {
                properties.load(resource);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }
}
