package dev.plimsoll.agent.preflight;

import dev.plimsoll.agent.probes.CommandRun;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Versions of what serves, as its Python tells them. Nothing large is imported, so that it takes a fraction of a second. */
final class PythonVersions {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final String SCRIPT = """
            import importlib.metadata as m, importlib.util as u, os, re
            for name in ("vllm", "torch"):
                try:
                    print(name + "=" + m.version(name))
                except m.PackageNotFoundError:
                    pass
            spec = u.find_spec("torch")
            if spec and spec.origin:
                text = open(os.path.join(os.path.dirname(spec.origin), "version.py")).read()
                cuda = re.search(r"^cuda[^=]*=\\s*'([^']+)'", text, re.M)
                print("cuda=" + (cuda.group(1) if cuda else ""))
            """;

    private final Optional<String> python;
    private final ServingProcesses processes;

    /**
     * Asks that Python.
     *
     * @param python its path or name; absent: a running server's, or else the one on the path
     */
    PythonVersions(Optional<String> python, ServingProcesses processes) {
        this.python = python;
        this.processes = processes;
    }

    Map<MachineFact, Fact> look() throws InterruptedException {
        String program = python.or(processes::python).orElse("python3");
        Map<String, String> told = new LinkedHashMap<>();
        try {
            List<String> command = List.of(program, "-c", SCRIPT);
            CommandRun.of(command, LIMIT).require(command).lines().forEach(line -> {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    told.put(
                            line.substring(0, equals),
                            line.substring(equals + 1).strip());
                }
            });
        } catch (IOException e) {
            String why = CommandRun.isMissing(e) ? "there is no " + program + " here" : String.valueOf(e.getMessage());
            return facts(Fact.absent(why), Fact.absent(why), Fact.absent(why));
        }
        Fact torch = fact(told.get("torch"), program + " has no PyTorch");
        Fact cuda = fact(
                told.get("cuda"),
                torch.known() ? "the PyTorch of " + program + " was built without CUDA" : torch.absence());
        return facts(torch, cuda, fact(told.get("vllm"), program + " has no vLLM"));
    }

    private static Fact fact(@Nullable String value, String absence) {
        return value == null || value.isBlank() ? Fact.absent(absence) : Fact.of(value);
    }

    private static Map<MachineFact, Fact> facts(Fact torch, Fact cuda, Fact vllm) {
        Map<MachineFact, Fact> facts = new EnumMap<>(MachineFact.class);
        facts.put(MachineFact.PYTORCH, torch);
        facts.put(MachineFact.PYTORCH_CUDA, cuda);
        facts.put(MachineFact.VLLM, vllm);
        return facts;
    }
}
