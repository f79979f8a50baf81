package dev.plimsoll.agent.preflight;

import dev.plimsoll.agent.probes.CommandRun;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.MachineFact;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NVIDIA GPUs, by two runs of {@code nvidia-smi} at once. */
final class GpuLook {
    /** What it tells of the machine. */
    static final MachineFact[] NAMES = {MachineFact.GPUS, MachineFact.DRIVER, MachineFact.CUDA};

    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** A GPU's part is up to 130 kB, most of it supported clocks. */
    private static final int MOST_OUTPUT = 8 * 1024 * 1024;

    private static final Pattern NUMBER = Pattern.compile("(\\d+(?:\\.\\d+)?)(?: ?(?:x|W|MHz|MiB|%))?");
    private static final Pattern GPU_LINE = Pattern.compile("GPU (\\d+):.*");
    private static final Pattern LINK_LINE = Pattern.compile("\\s*Link \\d+: (.+)");
    private static final String LINK_INFO = "pci/pci_gpu_link_info/";

    private final List<String> command;
    private final ServingProcesses processes;

    GpuLook(List<String> command, ServingProcesses processes) {
        this.command = command;
        this.processes = processes;
    }

    /**
     * What was found.
     *
     * @param machine the facts of {@link #NAMES}
     * @param gpus facts of each GPU
     */
    record Gpus(Map<MachineFact, Fact> machine, List<Map<GpuFact, Fact>> gpus) {}

    Gpus look() throws InterruptedException {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            Future<SmiXml> query = threads.submit(this::query);
            Future<Map<Integer, Fact>> links = threads.submit(this::links);
            SmiXml xml = query.get();
            if (xml.gpus().isEmpty()) {
                return none("nvidia-smi lists no GPU");
            }
            List<Map<GpuFact, Fact>> gpus = new ArrayList<>();
            Map<Integer, Fact> linksOf = linksOr(links);
            for (int i = 0; i < xml.gpus().size(); i++) {
                Map<GpuFact, Fact> facts = facts(xml.gpus().get(i));
                facts.put(
                        GpuFact.NVLINKS,
                        linksOf.getOrDefault(i, linksOf.getOrDefault(-1, Fact.absent("it has no NVLink"))));
                gpus.add(facts);
            }
            Map<MachineFact, Fact> machine = new EnumMap<>(MachineFact.class);
            machine.put(MachineFact.GPUS, Fact.of(gpus.size()));
            machine.put(MachineFact.DRIVER, fact(xml.driver()));
            machine.put(MachineFact.CUDA, fact(xml.cuda()));
            return new Gpus(machine, gpus);
        } catch (ExecutionException e) {
            return none(sentence(e));
        } finally {
            threads.shutdownNow();
        }
    }

    private String sentence(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof IOException problem && CommandRun.isMissing(problem)) {
            return "the command " + command.getFirst() + " is not on this machine";
        }
        return cause == null ? "nvidia-smi failed" : String.valueOf(cause.getMessage());
    }

    private static Gpus none(String why) {
        Map<MachineFact, Fact> machine = new EnumMap<>(MachineFact.class);
        for (MachineFact name : NAMES) {
            machine.put(name, Fact.absent(why));
        }
        return new Gpus(machine, List.of());
    }

    private SmiXml query() throws IOException, InterruptedException {
        List<String> asked = with("-q", "-x");
        return SmiXml.parse(CommandRun.of(asked, LIMIT, MOST_OUTPUT).require(asked));
    }

    private List<String> with(String... arguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(arguments));
        return all;
    }

    // NVLink

    private static Map<Integer, Fact> linksOr(Future<Map<Integer, Fact>> links) throws InterruptedException {
        try {
            return links.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return Map.of(-1, Fact.absent(cause == null ? "nvidia-smi failed" : String.valueOf(cause.getMessage())));
        }
    }

    /** Links by the number of the GPU; a GPU without any is not in it. */
    private Map<Integer, Fact> links() throws IOException, InterruptedException {
        List<String> asked = with("nvlink", "--status");
        CommandRun run = CommandRun.of(asked, LIMIT);
        return parseLinks(run.output());
    }

    /** From what {@code nvidia-smi nvlink --status} prints: a rate for a link that is up, a word for one that is not. */
    static Map<Integer, Fact> parseLinks(String output) {
        Map<Integer, int[]> counts = new LinkedHashMap<>();
        int gpu = -1;
        for (String line : output.lines().toList()) {
            Matcher head = GPU_LINE.matcher(line);
            Matcher link = LINK_LINE.matcher(line);
            if (head.matches()) {
                gpu = Integer.parseInt(head.group(1));
            } else if (link.matches() && gpu >= 0) {
                int[] count = counts.computeIfAbsent(gpu, number -> new int[2]);
                count[0] += link.group(1).matches("\\d.*") ? 1 : 0;
                count[1]++;
            }
        }
        Map<Integer, Fact> facts = new LinkedHashMap<>();
        counts.forEach((number, count) -> facts.put(number, Fact.of(count[0] + " " + count[1])));
        return facts;
    }

    // One GPU

    private Map<GpuFact, Fact> facts(SmiXml.Gpu gpu) {
        Map<GpuFact, Fact> facts = new EnumMap<>(GpuFact.class);
        facts.put(GpuFact.NAME, fact(gpu.text("product_name")));
        facts.put(GpuFact.PCIE_GENERATION, number(gpu, LINK_INFO + "pcie_gen/current_link_gen"));
        facts.put(GpuFact.PCIE_GENERATION_MOST, number(gpu, LINK_INFO + "pcie_gen/max_link_gen"));
        facts.put(GpuFact.PCIE_GENERATION_OF_GPU, number(gpu, LINK_INFO + "pcie_gen/max_device_link_gen"));
        facts.put(GpuFact.PCIE_WIDTH, number(gpu, LINK_INFO + "link_widths/current_link_width"));
        facts.put(GpuFact.PCIE_WIDTH_MOST, number(gpu, LINK_INFO + "link_widths/max_link_width"));
        facts.put(GpuFact.UTILIZATION, number(gpu, "utilization/gpu_util"));
        facts.put(GpuFact.PERSISTENCE, word(gpu, "persistence_mode"));
        facts.put(GpuFact.ECC, word(gpu, "ecc_mode/current_ecc"));
        facts.put(GpuFact.ECC_UNCORRECTED, uncorrected(gpu));
        facts.put(GpuFact.REMAP_PENDING, word(gpu, "remapped_rows/remapped_row_pending"));
        facts.put(GpuFact.REMAP_FAILED, word(gpu, "remapped_rows/remapped_row_failure"));
        facts.put(
                GpuFact.POWER_LIMIT,
                number(
                        gpu,
                        "gpu_power_readings/current_power_limit",
                        "power_readings/enforced_power_limit",
                        "gpu_power_readings/enforced_power_limit",
                        "power_readings/power_limit"));
        facts.put(
                GpuFact.POWER_DEFAULT,
                number(gpu, "gpu_power_readings/default_power_limit", "power_readings/default_power_limit"));
        facts.put(GpuFact.CLOCK_SET, number(gpu, "applications_clocks/graphics_clock"));
        facts.put(GpuFact.CLOCK_DEFAULT, number(gpu, "default_applications_clocks/graphics_clock"));
        facts.put(
                GpuFact.CLOCK_HELD,
                word(
                        gpu,
                        "clocks_event_reasons/clocks_event_reason_applications_clocks_setting",
                        "clocks_throttle_reasons/clocks_throttle_reason_applications_clocks_setting"));
        facts.put(GpuFact.MEMORY_TOTAL, number(gpu, "fb_memory_usage/total"));
        facts.put(GpuFact.MEMORY_FREE, number(gpu, "fb_memory_usage/free"));
        facts.put(GpuFact.PROCESSES, processes(gpu));
        return facts;
    }

    private Fact processes(SmiXml.Gpu gpu) {
        Optional<String> said = gpu.text("processes");
        if (said.isPresent() && !said.get().equalsIgnoreCase("none")) {
            return Fact.absent("nvidia-smi says " + said.get());
        }
        List<String> found = new ArrayList<>();
        for (Map<String, String> process : gpu.processes()) {
            String pid = process.getOrDefault("pid", "?");
            String name = process.getOrDefault("process_name", "?").replaceAll("[,\\s]+", " ");
            String program = name.substring(name.lastIndexOf('/') + 1);
            boolean serves =
                    program.startsWith("VLLM") || (pid.matches("\\d{1,18}") && processes.serves(Long.parseLong(pid)));
            found.add(pid + " " + program + (serves ? " (vLLM)" : ""));
        }
        return Fact.of(found.isEmpty() ? "none" : String.join(", ", found));
    }

    /** Since the driver was loaded, of all kinds of memory; some drivers tell kinds apart that others add up. */
    private static Fact uncorrected(SmiXml.Gpu gpu) {
        String volatiles = "ecc_errors/volatile/";
        Optional<String> total = gpu.text(volatiles + "double_bit/total", volatiles + "uncorrectable/total");
        if (total.isPresent()) {
            return number(total.get());
        }
        long sum = 0;
        boolean known = false;
        for (String kind : List.of(
                "sram_uncorrectable", "sram_uncorrectable_parity", "sram_uncorrectable_secded", "dram_uncorrectable")) {
            Fact count = number(gpu, volatiles + kind);
            if (count.known()) {
                known = true;
                sum += Long.parseLong(count.value());
            }
        }
        return known ? Fact.of(sum) : Fact.absent("nvidia-smi tells no memory errors of it");
    }

    private static Fact fact(Optional<String> text) {
        return text.map(GpuLook::word).orElseGet(() -> Fact.absent("this version of nvidia-smi does not tell it"));
    }

    private static Fact word(SmiXml.Gpu gpu, String... paths) {
        return fact(gpu.text(paths));
    }

    private static Fact word(String text) {
        String bare = text.replaceAll("[\\[\\]]", "");
        boolean none = bare.equals("N/A")
                || bare.matches("(?i).*(not supported|deprecated|unknown|insufficient|error|lost).*");
        return none ? Fact.absent("nvidia-smi says " + bare) : Fact.of(text);
    }

    private static Fact number(SmiXml.Gpu gpu, String... paths) {
        return gpu.text(paths)
                .map(GpuLook::number)
                .orElseGet(() -> Fact.absent("this version of nvidia-smi does not tell it"));
    }

    private static Fact number(String text) {
        Matcher number = NUMBER.matcher(text);
        return number.matches() ? Fact.of(number.group(1)) : Fact.absent("nvidia-smi says " + text);
    }
}
