package dev.plimsoll.agent.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members in processes of their own, on the JDK that runs the test. */
class ClusterBusTest {
    private static final long PATIENCE_SECONDS = 90;

    @TempDir
    private Path directory;

    private final List<Member> members = new ArrayList<>();

    @AfterEach
    void stopMembers() throws Exception {
        for (Member member : members) {
            member.process.destroyForcibly();
            member.process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void membersAnswerEachOtherAndAKilledOneIsNoticed() throws Exception {
        int port = ClusterBus.findFreePorts(ClusterSettings.LOOPBACK);
        String name = "run-" + ProcessHandle.current().pid();
        ClusterBus bus = get(ClusterBus.start(
                new ClusterSettings(name, ClusterSettings.LOOPBACK, port, List.of()),
                new VertxOptions(),
                Optional.empty()));
        try {
            var views = new LinkedBlockingQueue<List<String>>();
            bus.onMembersChanged(views::add);
            int otherPort = ClusterBus.findFreePorts(ClusterSettings.LOOPBACK);
            Member other = launch(name, otherPort, "127.0.0.1:" + port);
            String joined = other.expect("joined");
            String otherName = "127.0.0.1:" + otherPort + "/" + other.process.pid();
            assertTrue(joined.contains(bus.name()) && joined.contains(otherName), joined);
            assertEquals("hello from " + otherName, greet(bus, "echo." + otherPort));
            awaitView(views, 2);

            long killed = System.nanoTime();
            other.process.destroyForcibly(); // SIGKILL
            awaitView(views, 1);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - killed);
            assertTrue(seconds < 3, "noticed after " + seconds + " s");
            assertEquals(List.of(bus.name()), bus.members());
            assertEquals("", other.errors(), "nothing is printed on stderr");
        } finally {
            get(bus.close());
        }
    }

    @Test
    void aTakenPortFailsWithASentence() throws Exception {
        int port = ClusterBus.findFreePorts(ClusterSettings.LOOPBACK);
        try (var taken = new java.net.ServerSocket(port, 1, java.net.InetAddress.getByName(ClusterSettings.LOOPBACK))) {
            assertEquals(port, taken.getLocalPort());
            Member member = launch("run", port);
            String line = member.expect("failed");
            assertTrue(line.contains("cannot listen on 127.0.0.1:" + port), line);
            assertEquals("", member.errors());
            assertTrue(member.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void aMemberThatComesFirstWaitsForTheOneItJoins() throws Exception {
        int first = ClusterBus.findFreePorts(ClusterSettings.LOOPBACK);
        int second = freePortsBut(first);
        Member early = launch("late", second, "127.0.0.1:" + first);
        assertTrue(early.process.isAlive());
        Member late = launch("late", first);
        late.expect("joined");
        String joined = early.expect("joined");
        assertTrue(joined.contains("127.0.0.1:" + first + "/" + late.process.pid()), joined);
        early.process.getOutputStream().close();
        early.expect("left");
        assertTrue(early.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "a member that left ends");
    }

    private static int freePortsBut(int taken) throws IOException {
        int port = ClusterBus.findFreePorts(ClusterSettings.LOOPBACK);
        while (Math.abs(port - taken) < ClusterSettings.PORTS) {
            port = ClusterBus.findFreePorts(ClusterSettings.LOOPBACK);
        }
        return port;
    }

    /** Right after joining, the other's consumers may not be known here yet. */
    private static String greet(ClusterBus bus, String address) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                Future<Message<String>> answer =
                        bus.vertx().eventBus().request(address, "hello", new DeliveryOptions().setSendTimeout(2_000));
                return get(answer).body();
            } catch (ExecutionException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    private static void awaitView(BlockingQueue<List<String>> views, int size) throws Exception {
        List<String> view;
        do {
            view = views.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(view, "no view of " + size + " members");
        } while (view.size() != size);
    }

    private static <T> T get(Future<T> future) throws ExecutionException, InterruptedException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private Member launch(String name, int port, String... others) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                ClusterMember.class.getName(),
                name,
                Integer.toString(port)));
        command.addAll(List.of(others));
        File errors = directory.resolve("stderr-" + port).toFile();
        Process process = new ProcessBuilder(command).redirectError(errors).start();
        Member member = new Member(process, errors.toPath(), new LinkedBlockingQueue<>());
        Thread.ofVirtual().start(member::read);
        members.add(member);
        return member;
    }

    private record Member(Process process, Path stderr, BlockingQueue<String> lines) {
        void read() {
            try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.add(line);
                }
            } catch (IOException e) {
                lines.add("cannot read: " + e.getMessage());
            }
        }

        String expect(String start) throws Exception {
            String line;
            do {
                line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertNotNull(line, "no line that starts with " + start + "; stderr: " + errors());
            } while (!line.startsWith(start));
            return line;
        }

        String errors() throws IOException {
            return Files.readString(stderr);
        }
    }
}
