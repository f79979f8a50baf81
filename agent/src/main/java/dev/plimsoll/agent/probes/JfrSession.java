package dev.plimsoll.agent.probes;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import jdk.management.jfr.RemoteRecordingStream;
import org.jspecify.annotations.Nullable;

/**
 * A stream of a JVM's flight-recorder events, and a connection to its beans.
 *
 * <p>It attaches to the JVM and has it open its local management agent, which listens on the loopback interface until
 * that JVM ends. The recording holds pauses and a beat, 16 MB at most, and ends with the session. Events are read on a
 * thread of its own. Methods block; they may be called by any thread.
 */
final class JfrSession implements AutoCloseable {
    private static final int LEAST_VERSION = 16;
    private static final long MOST_BYTES = 16_000_000;
    private static final Duration BEAT = Duration.ofMillis(200);
    private static final Duration MOST_AGE = Duration.ofMinutes(1);

    private final long pid;
    private final JMXConnector connector;
    private final MemoryMXBean memory;
    private final Path directory;
    private final RemoteRecordingStream stream;
    private final JfrWindow window;
    private final InstantSource clock;
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean over;

    private JfrSession(long pid, JMXConnector connector, JfrWindow window, InstantSource clock) throws IOException {
        this.pid = pid;
        this.connector = connector;
        this.window = window;
        this.clock = clock;
        MBeanServerConnection beans = connector.getMBeanServerConnection();
        this.memory = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
        this.directory = Files.createTempDirectory("plimsoll-jfr");
        // Should this process end before the session has.
        directory.toFile().deleteOnExit();
        this.stream = new RemoteRecordingStream(beans, directory);
    }

    /** This JVM's Java has no event streaming, and never will. */
    static final class UnsupportedException extends Exception {
        private static final long serialVersionUID = 1;

        UnsupportedException(String message) {
            super(message);
        }
    }

    /**
     * Attaches to a JVM of this machine and starts its recording.
     *
     * @param window takes what comes
     * @throws IOException with what went wrong, for a person
     * @throws UnsupportedException if that JVM is older than Java 16
     */
    static JfrSession open(LocalJvm jvm, JfrWindow window, InstantSource clock)
            throws IOException, UnsupportedException {
        jvm.require();
        JMXConnector connector = connect(address(jvm));
        @Nullable JfrSession session = null;
        try {
            session = new JfrSession(jvm.pid(), connector, window, clock);
            session.start();
            return session;
        } catch (IOException | RuntimeException e) {
            if (session == null) {
                connector.close();
            } else {
                session.close();
            }
            throw new IOException("JVM " + jvm.pid() + " does not stream flight-recorder events: " + e.getMessage(), e);
        }
    }

    /* The address came from the JVM itself, which this process may attach to: it could do worse than answer oddly. */
    @SuppressWarnings("BanJNDI")
    private static JMXConnector connect(String address) throws IOException {
        return JMXConnectorFactory.connect(new JMXServiceURL(address));
    }

    private static String address(LocalJvm jvm) throws IOException, UnsupportedException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(jvm.pid()));
            try {
                String version = machine.getSystemProperties().getProperty("java.specification.version", "");
                if (version.startsWith("1.") || Integer.parseInt(version) < LEAST_VERSION) {
                    throw new UnsupportedException("JVM " + jvm.pid() + " runs Java " + version
                            + ", which streams no flight-recorder events (16 does); use a jstat probe");
                }
                return machine.startLocalManagementAgent();
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | NumberFormatException e) {
            throw new IOException("cannot attach to JVM " + jvm.pid() + ": " + e.getMessage(), e);
        }
    }

    private void start() {
        stream.setMaxSize(MOST_BYTES);
        stream.setMaxAge(MOST_AGE);
        stream.enable("jdk.GCPhasePause").withoutThreshold().withoutStackTrace();
        stream.enable("jdk.JavaThreadStatistics").withPeriod(BEAT);
        stream.onEvent(
                "jdk.GCPhasePause", event -> window.add(new JfrWindow.Pause(event.getEndTime(), event.getDuration())));
        stream.onEvent("jdk.JavaThreadStatistics", event -> window.beat(event.getStartTime()));
        stream.onFlush(() -> {
            if (window.flush()) {
                heardNanos = System.nanoTime();
            }
        });
        stream.onError(problem -> over = true);
        stream.onClose(() -> over = true);
        Thread.ofPlatform().daemon().name("plimsoll-probe-jfr-" + pid).start(stream::start);
    }

    /**
     * Asks for the heap, of which the window learns.
     *
     * @throws IOException if the JVM does not answer
     */
    void readHeap() throws IOException {
        try {
            MemoryUsage heap = memory.getHeapMemoryUsage();
            window.add(new JfrWindow.Heap(clock.instant(), heap.getUsed(), heap.getCommitted()));
        } catch (RuntimeException e) {
            throw new IOException("the connection to the JVM is lost: " + e.getMessage(), e);
        }
    }

    /** When the last news came, by {@link System#nanoTime}; the session's start before the first. */
    long heardNanos() {
        return heardNanos;
    }

    /** The JVM's process. */
    long pid() {
        return pid;
    }

    /** Whether the stream has ended, as it does with its JVM. */
    boolean isOver() {
        return over;
    }

    /** Ends the recording and waits for all of its events: afterwards all is known. */
    void complete() {
        var until = clock.instant();
        if (stream.stop()) {
            window.complete(until);
        }
    }

    /** Ends the recording and the connection, if they are still there. */
    @Override
    public void close() {
        over = true;
        stream.close();
        try {
            connector.close();
        } catch (IOException e) {
            // The JVM is gone, and the connection with it.
            over = true;
        }
        delete(directory);
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // What is left lies in the directory for temporary files, until this process ends.
            directory.toFile().deleteOnExit();
        }
    }
}
