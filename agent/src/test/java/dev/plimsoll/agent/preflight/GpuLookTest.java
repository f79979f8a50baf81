package dev.plimsoll.agent.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.MachineFact;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code nvidia-smi} printed on an A100, an H100 and a T4, played back by a script through the real process. */
class GpuLookTest {
    @TempDir
    private Path directory;

    static Path golden(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(GpuLookTest.class.getResource("nvidia-smi/" + name))
                .toURI());
    }

    private GpuLook look(Path folder) throws URISyntaxException {
        return new GpuLook(
                List.of("/bin/sh", golden("nvidia-smi.sh").toString(), folder.toString()),
                new ServingProcesses(directory));
    }

    private static String value(Map<GpuFact, Fact> gpu, GpuFact name) {
        Fact fact = Objects.requireNonNull(gpu.get(name));
        return fact.known() ? fact.value() : "absent: " + fact.absence();
    }

    @Test
    void anH100HasEveryFact() throws Exception {
        GpuLook.Gpus gpus = look(golden("h100")).look();
        assertEquals(Fact.of("2"), gpus.machine().get(MachineFact.GPUS));
        assertEquals(Fact.of("550.54.15"), gpus.machine().get(MachineFact.DRIVER));
        assertEquals(Fact.of("12.4"), gpus.machine().get(MachineFact.CUDA));
        Map<GpuFact, Fact> first = gpus.gpus().getFirst();
        assertEquals("NVIDIA H100 80GB HBM3", value(first, GpuFact.NAME));
        assertEquals("5", value(first, GpuFact.PCIE_GENERATION));
        assertEquals("5", value(first, GpuFact.PCIE_GENERATION_MOST));
        assertEquals("5", value(first, GpuFact.PCIE_GENERATION_OF_GPU));
        assertEquals("16", value(first, GpuFact.PCIE_WIDTH));
        assertEquals("16", value(first, GpuFact.PCIE_WIDTH_MOST));
        assertEquals("97", value(first, GpuFact.UTILIZATION));
        assertEquals("Enabled", value(first, GpuFact.PERSISTENCE));
        assertEquals("Enabled", value(first, GpuFact.ECC));
        assertEquals("0", value(first, GpuFact.ECC_UNCORRECTED));
        assertEquals("No", value(first, GpuFact.REMAP_PENDING));
        assertEquals("No", value(first, GpuFact.REMAP_FAILED));
        assertEquals("700.00", value(first, GpuFact.POWER_LIMIT));
        assertEquals("700.00", value(first, GpuFact.POWER_DEFAULT));
        assertEquals("1980", value(first, GpuFact.CLOCK_SET));
        assertEquals("1980", value(first, GpuFact.CLOCK_DEFAULT));
        assertEquals("Not Active", value(first, GpuFact.CLOCK_HELD));
        assertEquals("81559", value(first, GpuFact.MEMORY_TOTAL));
        assertEquals("9775", value(first, GpuFact.MEMORY_FREE));
        assertEquals("4711 VLLM::Worker_TP0 (vLLM)", value(first, GpuFact.PROCESSES));
        assertEquals("18 18", value(first, GpuFact.NVLINKS));
        assertEquals("4712 VLLM::Worker_TP1 (vLLM)", value(gpus.gpus().getLast(), GpuFact.PROCESSES));
    }

    @Test
    void aPartitionedA100TellsWhatItDoesNotHave() throws Exception {
        GpuLook.Gpus gpus = look(golden("a100-mig")).look();
        assertEquals(Fact.of("535.54.03"), gpus.machine().get(MachineFact.DRIVER));
        Map<GpuFact, Fact> gpu = gpus.gpus().getFirst();
        // The memory of the board, not of its first instance.
        assertEquals("81920", value(gpu, GpuFact.MEMORY_TOTAL));
        assertEquals("Disabled", value(gpu, GpuFact.PERSISTENCE));
        assertEquals("absent: nvidia-smi says N/A", value(gpu, GpuFact.UTILIZATION));
        assertEquals("absent: this version of nvidia-smi does not tell it", value(gpu, GpuFact.REMAP_PENDING));
        assertEquals("0", value(gpu, GpuFact.ECC_UNCORRECTED));
        assertEquals("none", value(gpu, GpuFact.PROCESSES));
        assertEquals("12 12", value(gpu, GpuFact.NVLINKS));
    }

    @Test
    void aT4OfAnOlderDriverHasItsFactsUnderOldNames() throws Exception {
        // 5762 python is a server by its command line.
        Path process = Files.createDirectories(directory.resolve("proc/5762"));
        Files.writeString(process.resolve("cmdline"), "python\0-m\0vllm.entrypoints.openai.api_server\0");
        Map<GpuFact, Fact> gpu = look(golden("t4")).look().gpus().getFirst();
        assertEquals("8", value(gpu, GpuFact.PCIE_WIDTH));
        assertEquals("16", value(gpu, GpuFact.PCIE_WIDTH_MOST));
        assertEquals("absent: this version of nvidia-smi does not tell it", value(gpu, GpuFact.PCIE_GENERATION_OF_GPU));
        assertEquals("70.00", value(gpu, GpuFact.POWER_LIMIT));
        assertEquals("Not Active", value(gpu, GpuFact.CLOCK_HELD));
        assertEquals("675 Xorg, 5762 python (vLLM)", value(gpu, GpuFact.PROCESSES));
        assertEquals("absent: it has no NVLink", value(gpu, GpuFact.NVLINKS));
    }

    @Test
    void linksThatAreDownAreCounted() {
        String output = """
            GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-1)
            \t Link 0: 26.562 GB/s
            \t Link 1: <inactive>
            GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-2)
            \t Link 0: 26.562 GB/s
            """;
        assertEquals(Map.of(0, Fact.of("1 2"), 1, Fact.of("1 1")), GpuLook.parseLinks(output));
    }

    @Test
    void aLostGpuIsToldInTheDriversWords() throws Exception {
        Files.writeString(
                directory.resolve("refusal.txt"),
                "Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost.  Reboot the system\n");
        GpuLook.Gpus gpus = look(directory).look();
        assertEquals(List.of(), gpus.gpus());
        String why =
                Objects.requireNonNull(gpus.machine().get(MachineFact.GPUS)).absence();
        assertTrue(why.contains("GPU is lost"), why);
    }

    @Test
    void garbageIsNoGpu() throws Exception {
        Files.writeString(directory.resolve("query.xml"), "NVIDIA-SMI has failed because\n");
        Files.writeString(directory.resolve("nvlink.txt"), "");
        String why = Objects.requireNonNull(look(directory).look().machine().get(MachineFact.GPUS))
                .absence();
        assertTrue(why.startsWith("nvidia-smi -q -x printed no XML"), why);
    }

    @Test
    void aDocumentTypeIsNotFetchedAndAnEntityNotExpanded() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret.txt"), "hidden");
        String xml = "<?xml version=\"1.0\"?><!DOCTYPE nvidia_smi_log [<!ENTITY e SYSTEM \"" + secret.toUri()
                + "\">]><nvidia_smi_log><driver_version>&e;</driver_version></nvidia_smi_log>";
        try {
            assertTrue(SmiXml.parse(xml).driver().isEmpty());
        } catch (IOException refused) {
            assertTrue(refused.getMessage().startsWith("nvidia-smi -q -x printed no XML"), refused.getMessage());
        }
    }

    @Test
    void aMissingCommandIsTold() throws Exception {
        GpuLook.Gpus gpus = new GpuLook(List.of("no-such-nvidia-smi"), new ServingProcesses(directory)).look();
        assertEquals(
                Fact.absent("the command no-such-nvidia-smi is not on this machine"),
                gpus.machine().get(MachineFact.DRIVER));
    }
}
