package dev.plimsoll.measurements;

/** What can be looked up of a machine before it is measured. */
public enum MachineFact {
    /** How many NVIDIA GPUs answered; absent with the reason where none did. */
    GPUS,
    /** The GPU driver's version, such as {@code 550.54.15}. */
    DRIVER,
    /** The CUDA version that the driver supports. */
    CUDA,
    /** PyTorch's version, of the Python that serves. */
    PYTORCH,
    /** The CUDA version that PyTorch was built with. */
    PYTORCH_CUDA,
    /** vLLM's version, of the Python that serves. */
    VLLM,
    /** The processors' frequency governors, such as {@code performance} or {@code performance, powersave}. */
    CPU_GOVERNOR,
    /** The deepest idle state that processors may enter, and its exit latency in µs: {@code C6 170}. */
    CPU_IDLE_STATE,
    /** {@code always}, {@code madvise} or {@code never}. */
    HUGE_PAGES,
    /** Swap in bytes: used and total, {@code 0 2147479552}. */
    SWAP,
    /** Open files allowed to a process, or {@code unlimited}. */
    OPEN_FILES,
    /** Local ports for outgoing connections: {@code 32768 60999}. */
    PORTS,
    /** {@code synchronised} or {@code unsynchronised}, and the largest error in µs: {@code synchronised 31000}. */
    CLOCK,
    /** Where the model lies; absent when nobody told. */
    MODEL,
    /** Bytes free where the model lies. */
    DISK_FREE,
    /** What the model lies on: {@code NVMe nvme0n1}, {@code SATA SSD sda}, {@code rotating disk sdb}, … */
    DISK_KIND,
    /** Bytes per second read past the page cache where the model lies. */
    DISK_READ,
    /** The round trip to each address of the target in µs: {@code 10.0.0.1:8000 213, …}. */
    ROUND_TRIP,
    /** {@code read} when all pages of the machine's exporters were; absent with the reason, or when none was asked for. */
    PAGES
}
