package dev.plimsoll.reports.preflight;

import dev.plimsoll.scenarios.PreflightCheck;

/**
 * Why a check matters, and how to repair what it finds.
 *
 * @param why a sentence
 * @param repair a sentence
 */
record Reason(String why, String repair) {
    private static final String UNDER_LOAD =
            "An idle link may step down by design: look again while load runs, or let a "
                    + "gate do it, on a node with a nvidia-smi probe.";

    /** What is left to repair once load has told. */
    String repairUnderLoad() {
        return repair.replace(UNDER_LOAD, "").strip();
    }

    /** Of a check. */
    static Reason of(PreflightCheck check) {
        return switch (check) {
            case NODE_AGENT ->
                new Reason(
                        "Only a process on the node itself sees its GPUs, kernel and disks.",
                        "Start `plimsoll agent` there, or run `plimsoll preflight` on that machine.");
            case GPU_DRIVER ->
                new Reason(
                        "Drivers differ in speed and in faults; two runs with different ones compare drivers.",
                        "Install an allowed driver, or change preflight.driver_minimum and preflight.drivers.");
            case GPU_PCIE_GENERATION ->
                new Reason(
                        "A slower link slows loading weights, swapping of the KV cache and traffic between GPUs.",
                        "Look at the BIOS' slot settings and at riser cards; reseat the board. " + UNDER_LOAD);
            case GPU_PCIE_WIDTH ->
                new Reason(
                        "Half the lanes are half the throughput, and links lose lanes by dirt and bad contact.",
                        "Reseat the board and clean its contacts; look at the slot's wiring and bifurcation. Where it is "
                                + "wired so, tolerate it: preflight.tolerated: [ gpu.pcie.width ]. " + UNDER_LOAD);
            case GPU_NVLINK ->
                new Reason(
                        "With a link down, tensor parallelism waits for the slowest pair, or falls back to PCIe.",
                        "See `nvidia-smi nvlink --status` and `-e`; restart the fabric manager, reset the GPU, or have the "
                                + "bridge replaced.");
            case GPU_PERSISTENCE ->
                new Reason(
                        "Without it the driver unloads when nobody uses the GPU: the next start takes seconds longer and "
                                + "clock settings are lost.",
                        "nvidia-smi -pm 1, or start nvidia-persistenced.");
            case GPU_ECC ->
                new Reason(
                        "Uncorrected errors end processes; without ECC they become wrong tokens instead.",
                        "nvidia-smi -e 1 and a reboot; a GPU with uncorrected errors: reset it, and replace it when they "
                                + "come back.");
            case GPU_REMAPPED_ROWS ->
                new Reason(
                        "A row that waits to be remapped is bad memory in use; one that cannot be is a GPU to be replaced.",
                        "Pending: reset the GPU (nvidia-smi -r) with nothing on it. Failed: have it replaced.");
            case GPU_POWER_LIMIT ->
                new Reason(
                        "Under a lower limit clocks sink under load; the release is not what got slower.",
                        "nvidia-smi -pl WATTS, with the default that is told here.");
            case GPU_CLOCKS ->
                new Reason(
                        "A clock that is set lower on one machine makes two machines incomparable.",
                        "nvidia-smi -rac and nvidia-smi -rgc, or the same lock on all machines.");
            case GPU_MEMORY ->
                new Reason(
                        "vLLM takes its KV cache from what is free when it starts: less memory is a smaller batch.",
                        "End what holds it; see gpu.processes.");
            case GPU_PROCESSES ->
                new Reason(
                        "Another process takes time slices, memory and power from the one that is measured.",
                        "End it, or measure on a GPU of its own.");
            case VERSIONS_DRIVER, VERSIONS_CUDA, VERSIONS_PYTORCH, VERSIONS_PYTORCH_CUDA, VERSIONS_VLLM ->
                new Reason(
                        "A comparison with a baseline is one of releases only when all else is the same.",
                        "Install the locked version; or, when the change is meant, write the lock anew on a good node: "
                                + "plimsoll preflight --write-lock.");
            default -> ofMachine(check);
        };
    }

    private static Reason ofMachine(PreflightCheck check) {
        return switch (check) {
            case CPU_GOVERNOR ->
                new Reason(
                        "A processor that saves power is slow for the first milliseconds of every burst.",
                        "cpupower frequency-set -g performance.");
            case CPU_IDLE_STATES ->
                new Reason(
                        "A processor wakes from a deep state in that time, at every token and every packet.",
                        "cpupower idle-set -D 50, or intel_idle.max_cstate=1 on the kernel's command line.");
            case MEMORY_HUGE_PAGES ->
                new Reason(
                        "With `always`, the kernel compacts memory while requests wait for it.",
                        "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled.");
            case MEMORY_SWAP ->
                new Reason(
                        "Memory that was swapped out comes back when a request needs it, in milliseconds.",
                        "Free memory, then swapoff -a && swapon -a; or run without swap.");
            case PROCESS_OPEN_FILES ->
                new Reason(
                        "Each connection is an open file; a server or generator that has none left refuses requests.",
                        "ulimit -n 65536, or LimitNOFILE= of the service.");
            case NETWORK_PORTS ->
                new Reason(
                        "Each connection to one address takes a local port, and keeps it for a minute after its end.",
                        "sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\".");
            case CLOCK_SYNCHRONISED ->
                new Reason(
                        "Agents start at one instant, and their times stand on one line; that takes clocks that agree.",
                        "Run chronyd or systemd-timesyncd.");
            case DISK_FREE ->
                new Reason(
                        "A full disk ends downloads, compile caches and logs in the middle of a run.",
                        "Remove old models and caches.");
            case DISK_KIND ->
                new Reason(
                        "A restart reads the whole model: minutes from a SATA disk, seconds from NVMe.",
                        "Move the model to a local NVMe disk.");
            case DISK_READ ->
                new Reason(
                        "A restart reads the whole model at that rate.",
                        "Move the model to a faster disk; see what else uses this one.");
            case NETWORK_ROUND_TRIP ->
                new Reason(
                        "It is in every latency that a client measures, and in none that the server does.",
                        "Send from a machine near the target, past proxies that are not under test.");
            default -> throw new IllegalArgumentException("no reason is known of " + check);
        };
    }
}
