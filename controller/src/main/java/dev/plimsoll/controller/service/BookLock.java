package dev.plimsoll.controller.service;

import dev.plimsoll.reports.bundle.BundleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a second controller from a book of gates: each would begin a gate that the other runs. Ends with its process. */
final class BookLock implements AutoCloseable {
    private static final String NAME = "lock";

    private final FileChannel channel;

    private BookLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the book in that directory, which is made if need be.
     *
     * @throws BundleException when another controller has it, or it cannot be locked
     */
    static BookLock take(Path directory) {
        Path file = directory.resolve(NAME);
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (isLocked(channel)) {
                return new BookLock(channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new BundleException("cannot lock " + file + ": " + e.getMessage(), e);
        }
        throw new BundleException("another controller gates with the store " + directory.getParent()
                + "; end it first, or start this one without --scenarios, or with another --store");
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
