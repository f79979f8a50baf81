package dev.plimsoll.agent.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelDiskTest {
    @TempDir
    private Path directory;

    private Path model;
    private Path root;

    @BeforeEach
    void makeModel() throws IOException {
        model = Files.createDirectories(directory.resolve("models/llama"));
        root = Files.createDirectories(directory.resolve("root"));
    }

    /** Puts a disk under the model's real device number. */
    private void disk(String place, String name, boolean partition, String rotational) throws IOException {
        long device = ((Number) Files.getAttribute(model, "unix:dev")).longValue();
        long major = device >> 8 & 0xfff;
        long minor = device & 0xff | device >> 12 & 0xfff00;
        assumeTrue(major != 0, "the temporary directory lies on a disk");
        Path block = Files.createDirectories(root.resolve("sys/devices/" + place + "/block/" + name));
        Files.createDirectories(block.resolve("queue"));
        Files.writeString(block.resolve("queue/rotational"), rotational + "\n");
        Path named = block;
        if (partition) {
            named = Files.createDirectories(block.resolve(name + "p1"));
            Files.writeString(named.resolve("partition"), "1\n");
        }
        Files.createDirectories(root.resolve("sys/dev/block"));
        Files.createSymbolicLink(root.resolve("sys/dev/block/" + major + ":" + minor), named);
    }

    private Fact look(MachineFact name) {
        return new ModelDisk(root).look(model.toString()).getOrDefault(name, Fact.absent("?"));
    }

    @ParameterizedTest
    @CsvSource({
        "pci0000:00/nvme/nvme0, nvme0n1, true, 0, NVMe nvme0n1",
        "pci0000:00/ata3/host2, sda, true, 0, SATA SSD sda",
        "pci0000:00/host1/sas, sdb, false, 0, SSD sdb",
        "pci0000:00/ata4/host3, sdc, false, 1, rotating disk sdc",
        "pci0000:00/virtio1, vda, true, 1, virtual disk vda",
    })
    void aDiskIsKnownByItsPlace(String place, String name, boolean partition, String rotational, String kind)
            throws IOException {
        disk(place, name, partition, rotational);
        assertEquals(kind, look(MachineFact.DISK_KIND).value());
    }

    @Test
    void aMappedDiskIsWhatLiesBelowIt() throws IOException {
        disk("virtual", "dm-0", false, "0");
        Path below = Files.createDirectories(root.resolve("sys/devices/pci/nvme/nvme1n1"));
        Path slaves = Files.createDirectories(root.resolve("sys/devices/virtual/block/dm-0/slaves"));
        Files.createSymbolicLink(slaves.resolve("nvme1n1"), below);
        assertEquals("NVMe nvme1n1", look(MachineFact.DISK_KIND).value());
    }

    @Test
    void roomIsTold() {
        assertTrue(look(MachineFact.DISK_FREE).value().matches("\\d+"));
    }

    @Test
    void smallFilesTellNoThroughput() throws IOException {
        Files.write(model.resolve("config.json"), new byte[100]);
        assertEquals(
                "there are fewer than 16 MiB of files to read",
                look(MachineFact.DISK_READ).absence());
    }

    @Test
    void largeFilesBehindLinksAreReadPastThePageCacheOrNotAtAll() throws IOException {
        Path blob = Files.write(directory.resolve("blob"), new byte[20 * 1024 * 1024 + 100]);
        Files.createSymbolicLink(model.resolve("model.safetensors"), blob);
        Fact read = look(MachineFact.DISK_READ);
        // Some file systems, such as that of a container, refuse; an odd length is no reason to.
        assertTrue(
                read.value().matches("[1-9]\\d*") || read.absence().contains("past the page cache"), read.toString());
        assertFalse(read.absence().contains("multiple"), read.toString());
    }

    @Test
    void aModelThatIsNotHereHasNoDisk() {
        Map<MachineFact, Fact> facts = new ModelDisk(root).look("/no/such/model");
        facts.forEach((name, fact) -> assertEquals("/no/such/model is not on this machine", fact.absence()));
        assertEquals(4, facts.size());
    }
}
