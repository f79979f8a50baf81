package dev.plimsoll.controller.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** How this program is started as another process, with the Java, the class path and the options of this one. */
public final class OwnProgram {
    /** The system property that names the file in which a process keeps its exit code, for one that is not its parent. */
    public static final String EXIT_CODE_FILE = "plimsoll.exit-code-file";

    private static final String MAIN = "dev.plimsoll.controller.Main";

    private OwnProgram() {}

    /**
     * The command line, without a shell.
     *
     * @param arguments of the program, such as {@code gate} and a scenario
     */
    public static List<String> command(List<String> arguments) {
        return command(Map.of(), arguments);
    }

    /**
     * The command line, without a shell.
     *
     * @param properties system properties of that process alone
     * @param arguments of the program, such as {@code gate} and a scenario
     */
    public static List<String> command(Map<String, String> properties, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String home = System.getProperty("plimsoll.home");
        if (home == null) {
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        } else {
            Path options = Path.of(home, "jvm.options");
            Path cache = Path.of(home, "plimsoll.aot");
            if (cache.toFile().length() > 0) {
                command.add("-XX:AOTCache=" + cache);
            }
            if (Files.isRegularFile(options)) {
                command.add("@" + options);
            }
            command.addAll(ownOptions());
            command.addAll(List.of("-Dplimsoll.home=" + home, "-cp", Path.of(home, "lib") + "/*"));
        }
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add(MAIN);
        command.addAll(arguments);
        return command;
    }

    /** JVM options that a person gave for the program: as the launcher does, split at blanks. */
    private static List<String> ownOptions() {
        return Pattern.compile("\\s+")
                .splitAsStream(Optional.ofNullable(System.getenv("PLIMSOLL_JVM_OPTIONS"))
                        .orElse(""))
                .filter(option -> !option.isEmpty())
                .toList();
    }
}
