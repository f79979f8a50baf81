package dev.plimsoll.agent.preflight;

import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The disk under the model. Throughput is that of reading its largest files past the page cache, one large block after
 * another, for a fraction of a second: a loader that reads with several threads may be faster. Nothing is written.
 */
final class ModelDisk {
    private static final Duration READ_LIMIT = Duration.ofMillis(300);
    private static final int BLOCK = 8 * 1024 * 1024;
    private static final int ALIGNMENT = 4096;
    private static final long LEAST_READ = 16L * 1024 * 1024;
    private static final int DEPTH = 4;
    private static final int MOST_FILES = 2_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Path root;

    /** With {@code /sys} below that root. */
    ModelDisk(Path root) {
        this.root = root;
    }

    /** Facts of the directory or file that the model is. */
    Map<MachineFact, Fact> look(String model) {
        Path path = Path.of(model);
        Map<MachineFact, Fact> facts = new EnumMap<>(MachineFact.class);
        if (!Files.exists(path)) {
            String why = model + " is not on this machine";
            for (MachineFact name :
                    List.of(MachineFact.MODEL, MachineFact.DISK_FREE, MachineFact.DISK_KIND, MachineFact.DISK_READ)) {
                facts.put(name, Fact.absent(why));
            }
            return facts;
        }
        facts.put(MachineFact.MODEL, Fact.of(model));
        facts.put(MachineFact.DISK_FREE, free(path));
        List<Path> files = largest(path);
        // The files of a model cache are links to where the bytes are.
        Path bytes = files.isEmpty() ? path : files.getFirst();
        facts.put(MachineFact.DISK_KIND, kind(bytes));
        facts.put(MachineFact.DISK_READ, read(files));
        return facts;
    }

    private static Fact free(Path path) {
        try {
            return Fact.of(Files.getFileStore(path).getUsableSpace());
        } catch (IOException e) {
            return Fact.absent("the file system of " + path + " cannot be asked: " + e.getMessage());
        }
    }

    // What it is

    private Fact kind(Path path) {
        try {
            long device = ((Number) Files.getAttribute(path, "unix:dev")).longValue();
            long major = (device >> 8) & 0xfff;
            long minor = (device & 0xff) | ((device >> 12) & 0xfff00);
            if (major == 0) {
                return unnamed(path);
            }
            Path block = root.resolve("sys/dev/block/" + major + ":" + minor);
            return Files.exists(block)
                    ? kindOf(block.toRealPath())
                    : Fact.absent("/sys/dev/block/" + major + ":" + minor + " is not there");
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return Fact.absent("the device of " + path + " cannot be found: " + e.getMessage());
        }
    }

    /** A file system without a block device of its own. */
    private static Fact unnamed(Path path) throws IOException {
        String type = Files.getFileStore(path).type();
        return type.matches("nfs.*|cifs|smb.*|ceph|lustre|fuse.*|9p|virtiofs|beegfs|gpfs")
                ? Fact.of("network or shared file system " + type)
                : Fact.absent(path + " lies on " + type + ", which tells no device");
    }

    private static Fact kindOf(Path block) throws IOException {
        Path whole = block.getParent();
        Path disk = whole != null && Files.exists(block.resolve("partition")) ? whole : block;
        Path slaves = disk.resolve("slaves");
        if (Files.isDirectory(slaves)) {
            try (Stream<Path> below = Files.list(slaves)) {
                Optional<Path> first = below.sorted().findFirst();
                if (first.isPresent()) {
                    return kindOf(first.get().toRealPath());
                }
            }
        }
        String name = String.valueOf(disk.getFileName());
        if (name.startsWith("nvme")) {
            return Fact.of("NVMe " + name);
        }
        if (name.matches("(vd|xvd).*")) {
            return Fact.of("virtual disk " + name);
        }
        String rotational = Files.exists(disk.resolve("queue/rotational"))
                ? Files.readString(disk.resolve("queue/rotational"), StandardCharsets.ISO_8859_1)
                        .strip()
                : "";
        if (rotational.equals("1")) {
            return Fact.of("rotating disk " + name);
        }
        String bus = disk.toString().contains("/ata")
                ? "SATA SSD "
                : disk.toString().contains("/usb") ? "USB disk " : "SSD ";
        return rotational.isEmpty() ? Fact.of("disk " + name) : Fact.of(bus + name);
    }

    // How fast it is

    private static List<Path> largest(Path path) {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        try (Stream<Path> files = Files.walk(path, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(Files::isRegularFile)
                    .limit(MOST_FILES)
                    .sorted(Comparator.comparingLong(ModelDisk::size).reversed())
                    .limit(4)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Past the page cache. The JDK has it outside of Java's own interfaces, so that javac warns of its name. */
    private static OpenOption direct() {
        try {
            for (Object option :
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option instanceof OpenOption open && option.toString().equals("DIRECT")) {
                    return open;
                }
            }
        } catch (ClassNotFoundException e) {
            throw new UnsupportedOperationException("this Java cannot do that", e);
        }
        throw new UnsupportedOperationException("this Java cannot do that");
    }

    private static Fact read(List<Path> files) {
        if (files.stream().mapToLong(ModelDisk::size).sum() < LEAST_READ) {
            return Fact.absent("there are fewer than " + LEAST_READ / 1024 / 1024 + " MiB of files to read");
        }
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK + ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .limit(BLOCK);
        long start = System.nanoTime();
        long end = start + READ_LIMIT.toNanos();
        long bytes = 0;
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, direct())) {
                int count = BLOCK;
                // A short block is the file's last one, and leaves a position from which nothing can be read this way.
                while (count == BLOCK && System.nanoTime() - end < 0) {
                    count = channel.read(block.clear().limit(BLOCK));
                    bytes += Math.max(0, count);
                }
            } catch (IOException | UnsupportedOperationException e) {
                return Fact.absent(file + " cannot be read past the page cache: " + e.getMessage());
            }
        }
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        return Fact.of(Math.round(bytes / seconds));
    }
}
