package dev.plimsoll.benchmarks;

import dev.plimsoll.agent.engine.RenderedRequest;
import dev.plimsoll.agent.engine.RequestRenderer;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.agent.request.WorkloadRequests;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A request made and rendered to bytes, as the threads do that work ahead of the event loops: a chat request with a
 * synthetic prompt, and a plain one, whose bytes are shared.
 *
 * <p>Run: {@code benchmarks/run jmh -prof gc Rendering}. This is off the hot path: a chat request allocates its text.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RenderingBenchmark {
    private static final TargetFacts FACTS = new TargetFacts(
            List.of(), Optional.of("m"), Optional.empty(), Map.of(), TargetFacts.Vocabulary.BUILT_IN, List.of());

    /** What the workload is: a chat with so many prompt tokens, or a plain GET. */
    @Param({"16", "256", "4096", "plain"})
    public String prompt = "";

    private Rendered rendered = (sequence) -> 0;
    private long sequence;

    /** Renders a request and says how long it is. */
    private interface Rendered {
        int length(long sequence);
    }

    /** Reads the scenario. */
    @Setup
    public void prepare() throws ScenarioException {
        boolean plain = prompt.equals("plain");
        String api = plain ? "http" : "openai-chat";
        String work =
                plain ? "request: {method: GET, path: /}" : "input: {tokens: " + prompt + "}, output: {tokens: 64}";
        String yaml = "name: render\ntarget: {url: \"http://127.0.0.1:1\", api: " + api + ", model: m}\n"
                + "workload: [{name: one, " + work + "}]\nphases: [{name: load, duration: 1s, rate: 1/s}]\n";
        Scenario scenario = ScenarioReader.read("render", yaml, Path.of(""), List.of(), Map.of())
                .scenario();
        RequestFactory requests = WorkloadRequests.of(scenario, FACTS, Map.of());
        RequestRenderer renderer = new RequestRenderer(scenario.target());
        rendered = number -> {
            RenderedRequest request = renderer.render(requests.create(0, number), 0);
            int length = request.bytes().readableBytes();
            request.bytes().release();
            return length;
        };
    }

    /** One request. */
    @Benchmark
    public int render() {
        return rendered.length(sequence++);
    }
}
