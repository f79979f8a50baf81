package dev.plimsoll.measurements;

/** What can be looked up of one NVIDIA GPU. */
public enum GpuFact {
    /** The product's name. */
    NAME,
    /** The PCIe generation now; lower by design while the GPU is idle. */
    PCIE_GENERATION,
    /** The PCIe generation that GPU and slot can both do. */
    PCIE_GENERATION_MOST,
    /** The PCIe generation that the GPU alone can do. */
    PCIE_GENERATION_OF_GPU,
    /** PCIe lanes now. */
    PCIE_WIDTH,
    /** PCIe lanes that GPU and slot can both do. */
    PCIE_WIDTH_MOST,
    /** Utilization in %. */
    UTILIZATION,
    /** {@code Enabled} or {@code Disabled}. */
    PERSISTENCE,
    /** {@code Enabled} or {@code Disabled}. */
    ECC,
    /** Uncorrected memory errors since the driver was loaded. */
    ECC_UNCORRECTED,
    /** Whether rows wait to be remapped by a reset: {@code Yes} or {@code No}. */
    REMAP_PENDING,
    /** Whether remapping a row failed: {@code Yes} or {@code No}. */
    REMAP_FAILED,
    /** The power limit that is enforced, in W. */
    POWER_LIMIT,
    /** The power limit that it left the factory with, in W. */
    POWER_DEFAULT,
    /** Application clock of the multiprocessors in MHz. */
    CLOCK_SET,
    /** The application clock that it left the factory with, in MHz. */
    CLOCK_DEFAULT,
    /** Whether a setting holds clocks down now: {@code Active} or {@code Not Active}. */
    CLOCK_HELD,
    /** Memory in MiB. */
    MEMORY_TOTAL,
    /** Free memory in MiB. */
    MEMORY_FREE,
    /** Processes on it: {@code none}, or {@code 4711 python3, …}. */
    PROCESSES,
    /** NVLinks: up and all, {@code 18 18}. */
    NVLINKS
}
