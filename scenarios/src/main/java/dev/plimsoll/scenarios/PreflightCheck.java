package dev.plimsoll.scenarios;

/** What is looked at before a measurement, by the names that scenarios and results use. */
public enum PreflightCheck {
    /** Whether the node could be looked at. */
    NODE_AGENT("node.agent"),
    /** The GPU driver is new enough and allowed. */
    GPU_DRIVER("gpu.driver"),
    /** The PCIe link is as fast as GPU and slot allow. */
    GPU_PCIE_GENERATION("gpu.pcie.generation"),
    /** The PCIe link is as wide as GPU and slot allow. */
    GPU_PCIE_WIDTH("gpu.pcie.width"),
    /** All NVLinks are up. */
    GPU_NVLINK("gpu.nvlink"),
    /** The driver stays loaded. */
    GPU_PERSISTENCE("gpu.persistence"),
    /** Memory errors are corrected, and none was beyond that. */
    GPU_ECC("gpu.ecc"),
    /** No memory row waits for a reset or could not be remapped. */
    GPU_REMAPPED_ROWS("gpu.remapped_rows"),
    /** The power limit is the one of the factory. */
    GPU_POWER_LIMIT("gpu.power_limit"),
    /** No setting holds clocks down. */
    GPU_CLOCKS("gpu.clocks"),
    /** There is memory left. */
    GPU_MEMORY("gpu.memory"),
    /** Only the server uses the GPU. */
    GPU_PROCESSES("gpu.processes"),
    /** The GPU driver is the lock file's. */
    VERSIONS_DRIVER("versions.driver"),
    /** The driver's CUDA is the lock file's. */
    VERSIONS_CUDA("versions.cuda"),
    /** PyTorch is the lock file's. */
    VERSIONS_PYTORCH("versions.pytorch"),
    /** PyTorch's CUDA is the lock file's. */
    VERSIONS_PYTORCH_CUDA("versions.pytorch_cuda"),
    /** vLLM is the lock file's. */
    VERSIONS_VLLM("versions.vllm"),
    /** Processors are not slowed down to save power. */
    CPU_GOVERNOR("cpu.governor"),
    /** Processors wake up fast. */
    CPU_IDLE_STATES("cpu.idle_states"),
    /** The kernel makes no huge pages behind the server's back. */
    MEMORY_HUGE_PAGES("memory.huge_pages"),
    /** Nothing is swapped out. */
    MEMORY_SWAP("memory.swap"),
    /** A process may have enough open files. */
    PROCESS_OPEN_FILES("process.open_files"),
    /** There are enough local ports. */
    NETWORK_PORTS("network.ports"),
    /** The clock follows a reference. */
    CLOCK_SYNCHRONISED("clock.synchronised"),
    /** There is room where the model lies. */
    DISK_FREE("disk.free"),
    /** What the model lies on. */
    DISK_KIND("disk.kind"),
    /** How fast it is read. */
    DISK_READ("disk.read"),
    /** The generator is near the target. */
    NETWORK_ROUND_TRIP("network.round_trip");

    private final String id;

    PreflightCheck(String id) {
        this.id = id;
    }

    /** Its name in scenarios and results. */
    public String id() {
        return id;
    }
}
