package dev.plimsoll.scenarios;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the machines must be like before they are measured. What is not asked for is looked at all the same, and told.
 *
 * @param driverMinimum the oldest GPU driver; absent: any
 * @param drivers the allowed GPU drivers, each a version or a beginning such as {@code 570.*}; empty: any
 * @param lock the file of versions that a good machine had; absent: none
 * @param model where the model lies on the nodes that serve; absent: disks are not looked at
 * @param python the Python that serves; absent: that of a running vLLM, or else {@code python3}
 * @param limits what is enough
 * @param required checks that must be ok: a warning or an unknown there is a failure
 * @param tolerated checks whose failure is a warning
 */
public record Preflight(
        Optional<String> driverMinimum,
        List<String> drivers,
        Optional<String> lock,
        Optional<String> model,
        Optional<String> python,
        Limits limits,
        List<String> required,
        List<String> tolerated) {
    /** Nothing is asked for. */
    public static final Preflight DEFAULT = new Preflight(
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Limits.NONE,
            List.of(),
            List.of());

    /** What a version looks like. */
    static final String VERSION = "\\d+(\\.\\d+)*";

    /** Checks the components and copies the lists. */
    public Preflight {
        drivers = List.copyOf(drivers);
        required = List.copyOf(required);
        tolerated = List.copyOf(tolerated);
        driverMinimum.ifPresent(version -> Rule.require(
                version.matches(VERSION), "driver_minimum is a version such as 550.54.15", "\"" + version + "\""));
        for (String version : drivers) {
            Rule.require(
                    version.matches(VERSION + "(\\.\\*)?"),
                    "drivers are versions such as 550.54.15 or 570.*",
                    "\"" + version + "\"");
        }
        for (String check : required) {
            Rule.require(!tolerated.contains(check), "a check is required or tolerated, not both", check);
            Rule.require(
                    !check.startsWith("disk.") || model.isPresent(), "a required check of disks needs `model`", check);
            Rule.require(
                    !check.startsWith("versions.") || lock.isPresent(),
                    "a required check of versions needs `lock`",
                    check);
        }
    }

    /**
     * What is enough. What is absent is only told, or held against what the machine itself says.
     *
     * @param gpuMemoryFree the least share of each GPU's memory that is free
     * @param diskFree the least bytes free where the model lies
     * @param diskRead the least bytes per second read where the model lies
     * @param openFiles the least open files of a process
     * @param roundTrip the longest round trip to the target
     */
    public record Limits(
            Optional<Double> gpuMemoryFree,
            Optional<Double> diskFree,
            Optional<Double> diskRead,
            Optional<Integer> openFiles,
            Optional<Duration> roundTrip) {
        /** None. */
        public static final Limits NONE =
                new Limits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        /** Checks the components. */
        public Limits {
            gpuMemoryFree.ifPresent(
                    share -> Rule.require(share >= 0 && share <= 1, "gpu_memory_free is from 0% to 100%", share));
            openFiles.ifPresent(files -> Rule.require(files >= 1, "open_files is at least 1", files));
            roundTrip.ifPresent(limit -> Rule.positive(limit, "round_trip"));
        }
    }
}
