package dev.plimsoll.controller.service;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the service is run.
 *
 * @param host the address to listen on
 * @param port the port; 0: any free one
 * @param store the directory of run bundles
 * @param scenarios the directory of scenarios that hooks may start by name; absent: hooks start nothing
 * @param gates how many gates it runs at once; they disturb each other's measurement when they share a machine
 * @param silence a run that has written nothing for so long was killed
 */
public record ServiceOptions(String host, int port, Path store, Optional<Path> scenarios, int gates, Duration silence) {
    /** The silence after which a run counts as killed: longer than any part of a run in which nothing is written. */
    public static final Duration DEFAULT_SILENCE = Duration.ofMinutes(5);

    private static final int MOST_GATES = 64;
    private static final int MOST_PORT = 65_535;

    /** Checks the components. */
    public ServiceOptions {
        requireNonNull(host, "host");
        requireNonNull(store, "store");
        requireNonNull(scenarios, "scenarios");
        if (port < 0 || port > MOST_PORT) {
            throw new IllegalArgumentException("a port is from 0 to 65535, not " + port);
        }
        if (gates < 1 || gates > MOST_GATES) {
            throw new IllegalArgumentException("gates at once are from 1 to " + MOST_GATES + ", not " + gates);
        }
        if (!silence.isPositive()) {
            throw new IllegalArgumentException(
                    "the silence of a killed run is above zero, not " + silence.toSeconds() + " s");
        }
    }
}
