package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TimerSlackTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void theCallingThreadAloneGivesItUp() throws Exception {
        String before = slack();
        CompletableFuture<String> told = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> told.complete(TimerSlack.giveUp() ? slack() : "refused"));
        assertEquals("1", told.get(10, TimeUnit.SECONDS));
        assertEquals(before, slack());
    }

    private static String slack() {
        try {
            Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
            return Files.readString(Path.of("/proc").resolve(thread).resolve("timerslack_ns"))
                    .strip();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
