package dev.plimsoll.agent.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.protocol.PagesRequest;
import dev.plimsoll.agent.protocol.PagesRequest.Exporter;
import dev.plimsoll.agent.protocol.PagesRequest.Page;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PageLookTest {
    /** A machine with two processors of different governors, and three file systems. */
    private static final String NODE = """
            # TYPE node_timex_sync_status gauge
            node_timex_sync_status 1
            node_timex_maxerror_seconds 0.031
            node_memory_SwapTotal_bytes 2.147479552e+09
            node_memory_SwapFree_bytes 2.146430976e+09
            node_cpu_scaling_governor{cpu="0",governor="performance"} 0
            node_cpu_scaling_governor{cpu="0",governor="powersave"} 1
            node_cpu_scaling_governor{cpu="1",governor="performance"} 1
            node_cpu_scaling_governor{cpu="1",governor="powersave"} 0
            node_filesystem_avail_bytes{device="/dev/sda1",fstype="ext4",mountpoint="/"} 1e+10
            node_filesystem_avail_bytes{device="/dev/nvme0n1",fstype="ext4",mountpoint="/models"} 5e+11
            node_filesystem_avail_bytes{device="/dev/nvme1n1",fstype="ext4",mountpoint="/models-old"} 1
            """;

    private static final String DCGM = """
            DCGM_FI_DEV_GPU_UTIL{gpu="10",modelName="NVIDIA H100 80GB HBM3",DCGM_FI_DRIVER_VERSION="550.90.07"} 0
            DCGM_FI_DEV_GPU_UTIL{gpu="2",modelName="NVIDIA H100 80GB HBM3",DCGM_FI_DRIVER_VERSION="550.90.07"} 97
            DCGM_FI_DEV_PCIE_LINK_WIDTH{gpu="2"} 8
            DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH{gpu="2"} 16
            DCGM_FI_DEV_PCIE_LINK_WIDTH{gpu="10"} 2147483632
            DCGM_FI_DEV_ROW_REMAP_FAILURE{gpu="2"} 1
            DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{gpu="2"} 3
            DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{gpu="10"} 9223372036854775794
            DCGM_FI_DEV_FB_FREE{gpu="2"} 1000
            DCGM_FI_DEV_FB_USED{gpu="2"} 79000
            DCGM_FI_DEV_FB_RESERVED{gpu="2"} 1559
            DCGM_FI_DEV_FB_FREE{gpu="2",GPU_I_ID="7",GPU_I_PROFILE="1g.10gb"} 5
            """;

    private final Vertx vertx = Vertx.vertx();
    private final HttpFetch fetch = new HttpFetch(vertx, Optional.empty());
    private final Map<String, String> pages = new HashMap<>(Map.of("/node", NODE, "/dcgm", DCGM));
    private String base = "";

    @BeforeEach
    void start() throws Exception {
        HttpServer server = await(vertx.createHttpServer()
                .requestHandler(request -> {
                    String page = pages.get(request.path());
                    request.response().setStatusCode(page == null ? 404 : 200).end(page == null ? "" : page);
                })
                .listen(0, "127.0.0.1"));
        base = "http://127.0.0.1:" + server.actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        await(fetch.close());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private MachineFacts look(String model, Page... asked) throws Exception {
        return await(new PageLook(fetch).look(new PagesRequest("far", Optional.of(model), List.of(asked))));
    }

    @Test
    void theNodeExporterTellsOfTheKernelAndOfTheDiskOfTheModel() throws Exception {
        MachineFacts facts = look("/models/llama", new Page(Exporter.NODE, base + "/node"));
        assertEquals("far", facts.host());
        assertEquals(Fact.of("read"), facts.of(MachineFact.PAGES));
        assertEquals(Fact.of("synchronised 31000"), facts.of(MachineFact.CLOCK));
        assertEquals(Fact.of("1048576 2147479552"), facts.of(MachineFact.SWAP));
        assertEquals(Fact.of("performance, powersave"), facts.of(MachineFact.CPU_GOVERNOR));
        assertEquals(Fact.of(500_000_000_000L), facts.of(MachineFact.DISK_FREE), "of the longest mount point");
        assertFalse(facts.of(MachineFact.OPEN_FILES).known(), "what it does not tell is not known");
        assertEquals(
                Fact.of(10_000_000_000L),
                look("/models-new", new Page(Exporter.NODE, base + "/node")).of(MachineFact.DISK_FREE),
                "/models is no directory above it");
    }

    @Test
    void theDcgmExporterTellsOfGpusInTheOrderOfTheirNumbers() throws Exception {
        MachineFacts facts = look("/", new Page(Exporter.DCGM, base + "/dcgm"));
        assertEquals(Fact.of(2), facts.of(MachineFact.GPUS));
        assertEquals(Fact.of("550.90.07"), facts.of(MachineFact.DRIVER));
        assertEquals(Fact.of(97), facts.of(0, GpuFact.UTILIZATION), "GPU 2 comes before GPU 10");
        assertEquals(Fact.of("NVIDIA H100 80GB HBM3"), facts.of(0, GpuFact.NAME));
        assertEquals(Fact.of(8), facts.of(0, GpuFact.PCIE_WIDTH));
        assertEquals(Fact.of(16), facts.of(0, GpuFact.PCIE_WIDTH_MOST));
        assertEquals(Fact.of("Yes"), facts.of(0, GpuFact.REMAP_FAILED));
        assertEquals(Fact.of(3), facts.of(0, GpuFact.ECC_UNCORRECTED));
        assertEquals(Fact.of(1000), facts.of(0, GpuFact.MEMORY_FREE), "of the GPU, not of an instance on it");
        assertEquals(Fact.of(81_559), facts.of(0, GpuFact.MEMORY_TOTAL));
        assertFalse(facts.of(1, GpuFact.PCIE_WIDTH).known(), "blank values are none");
        assertFalse(facts.of(1, GpuFact.ECC_UNCORRECTED).known());
    }

    @Test
    void aPageThatIsNotThereIsToldAndLosesNothingOfTheOther() throws Exception {
        MachineFacts facts =
                look("/", new Page(Exporter.NODE, base + "/node"), new Page(Exporter.DCGM, base + "/nowhere"));
        assertTrue(facts.of(MachineFact.CLOCK).known());
        assertEquals(Fact.absent(base + "/nowhere answers with status 404"), facts.of(MachineFact.PAGES));
        MachineFacts none = look("/", new Page(Exporter.NODE, "http://127.0.0.1:1/metrics"));
        assertTrue(none.of(MachineFact.PAGES).absence().contains("127.0.0.1:1"), none.toString());
    }
}
