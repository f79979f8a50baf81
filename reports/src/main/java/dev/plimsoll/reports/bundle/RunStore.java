package dev.plimsoll.reports.bundle;

import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A directory of run bundles, such as {@code runs/}. Other files and directories in it are not looked at. */
public final class RunStore {
    private final Path directory;

    /** The store in that directory, which need not be there yet. */
    public RunStore(Path directory) {
        this.directory = directory;
    }

    /** Where it is. */
    public Path directory() {
        return directory;
    }

    /** All bundles that can be opened, the latest first. */
    public List<RunBundle> list() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Path> paths;
        try (Stream<Path> entries = Files.list(directory)) {
            paths = entries.filter(path -> RunId.isValid(path.getFileName().toString()))
                    .sorted(Comparator.comparing(
                                    (Path path) -> path.getFileName().toString())
                            .reversed())
                    .toList();
        } catch (IOException e) {
            throw new BundleException("cannot read " + directory + ": " + RunBundleWriter.reason(e), e);
        }
        List<RunBundle> bundles = new ArrayList<>();
        for (Path path : paths) {
            open(path).ifPresent(bundles::add);
        }
        return bundles;
    }

    /** The bundle of that run, if it is there. */
    public Optional<RunBundle> find(String run) {
        return RunId.isValid(run) ? open(directory.resolve(run)) : Optional.empty();
    }

    /** The latest bundle. */
    public Optional<RunBundle> latest() {
        return list().stream().findFirst();
    }

    /** The bundles of scenarios of the same load, the latest first. */
    public List<RunBundle> ofLoad(String loadHash) {
        return list().stream()
                .filter(bundle -> bundle.info().scenario().loadHash().equals(loadHash))
                .toList();
    }

    /**
     * The last promoted runs of the same load, the latest first.
     *
     * @param loadHash what shapes the load
     * @param runs how many at most
     */
    public List<RunBundle> promoted(String loadHash, int runs) {
        return ofLoad(loadHash).stream()
                .filter(RunStore::isPromoted)
                .limit(runs)
                .toList();
    }

    private static boolean isPromoted(RunBundle bundle) {
        try {
            return bundle.verdict()
                    .map(verdict -> verdict.verdict() == Verdict.Outcome.PROMOTE)
                    .orElse(false);
        } catch (BundleException e) {
            return false;
        }
    }

    /** A bundle that is being made, or is broken or newer, is no member of the list; opening it by name tells why. */
    private static Optional<RunBundle> open(Path path) {
        try {
            return Optional.of(RunBundle.open(path));
        } catch (BundleException e) {
            return Optional.empty();
        }
    }
}
