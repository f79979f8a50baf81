package dev.plimsoll.reports.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionsLockTest {
    @Test
    void whatIsWrittenIsReadAgain() {
        MachineFacts facts = new MachineFacts(
                "gpu-0",
                Map.of(
                        MachineFact.DRIVER, Fact.of("550.54.15"),
                        MachineFact.CUDA, Fact.of("12.10"),
                        MachineFact.PYTORCH, Fact.absent("no PyTorch")),
                List.of());
        VersionsLock lock = VersionsLock.of(facts, Optional.of("0.32.0"));
        assertEquals("""
            # Versions of a node that is known to be good. Written by: plimsoll preflight --write-lock
            driver: "550.54.15"
            cuda: "12.10"
            vllm: "0.32.0"
            """, lock.yaml());
        assertEquals(lock, VersionsLock.parse("lock", lock.yaml()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'drivr: \"1.2\"' | unknown key \"drivr\"; did you mean \"driver\"?",
                "'cuda: 12.10' | cuda is a version in quotes",
                "'- driver' | is no map of versions",
                "'' | is no map of versions",
                "'a: [' | is not YAML",
            })
    void whatIsWrongIsNamed(String yaml, String problem) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> VersionsLock.parse("good.yaml", yaml));
        assertTrue(e.getMessage().startsWith("good.yaml"), e.getMessage());
        assertTrue(e.getMessage().contains(problem), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "550.54.15, 550.54.15, 0",
        "550.9, 550.54.15, -1",
        "550.54.15, 550.54, 1",
        "1000, 999.99.99, 1",
        "550.0, 550, 0",
    })
    void versionsAreComparedNumberByNumber(String one, String other, int sign) {
        assertEquals(sign, Integer.signum(Versions.compare(one, other)));
        assertEquals(-sign, Integer.signum(Versions.compare(other, one)));
    }

    @ParameterizedTest
    @CsvSource({
        "550.54.15, 550.*, true",
        "550, 550.*, true",
        "5501.1, 550.*, false",
        "550.54.15, 550.54.15, true",
        "550.54.15, 550.54, false",
    })
    void anAllowedVersionIsOneOrABeginning(String version, String allowed, boolean matches) {
        assertEquals(matches, Versions.matches(version, allowed));
    }
}
