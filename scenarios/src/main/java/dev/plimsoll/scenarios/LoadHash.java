package dev.plimsoll.scenarios;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.plimsoll.scenarios.Work.Prompt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The SHA-256 of what shapes a scenario's load. Two runs are of the same scenario when theirs is the same.
 *
 * <p>It covers: {@code name}; {@code target.api}, {@code .stream}, {@code .connections}, {@code .http} where it is
 * not {@code auto}, and {@code .model} as written;
 * of each request {@code name}, {@code weight}, {@code input}, {@code output}, {@code shared_prefix}, {@code sampling},
 * the contents of its prompt file, {@code request.method}, {@code .path} and {@code .body}, and {@code expect}; of each
 * phase {@code name}, {@code duration}, {@code rate}, {@code arrivals}, {@code max_in_flight}, {@code concurrency},
 * {@code think_time}, {@code measure} and {@code after_drain}; and {@code repeat}.
 *
 * <p>It does not cover: {@code description}, {@code seed}, URLs, headers, {@code tls}, {@code timeout}, {@code drain},
 * {@code objectives}, {@code nodes}, {@code preflight} and {@code gate}. It is made of the records, so {@code 60s} and {@code 1m}, or a
 * default and the same value written out, are the same.
 */
final class LoadHash {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private LoadHash() {}

    /** The hash, as lower-case hex. */
    static String of(Scenario scenario, Map<String, String> promptFiles) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("name", scenario.name());
        form.put("api", scenario.target().api().label());
        form.put("model", scenario.target().model());
        form.put("stream", scenario.target().stream());
        form.put("connections.max", scenario.target().connections().max());
        form.put("connections.reuse", scenario.target().connections().reuse());
        if (scenario.target().http() != Target.Http.AUTO) {
            form.put("http", scenario.target().http().label());
        }
        form.put(
                "workload",
                scenario.workload().stream()
                        .map(request -> request(request, promptFiles))
                        .toList());
        form.put("phases", scenario.phases().stream().map(LoadHash::phase).toList());
        form.put("repeat", scenario.repeat());
        try {
            return sha256(JSON.writeValueAsBytes(form));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("sampling holds what JSON cannot: " + e.getOriginalMessage(), e);
        }
    }

    private static Map<String, Object> request(RequestSpec request, Map<String, String> promptFiles) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("name", request.name());
        form.put("weight", request.weight());
        switch (request.work()) {
            case Work.Http http -> {
                form.put("method", http.method());
                form.put("path", http.path());
                form.put("body", http.body());
                form.put("status", http.expect().statuses());
                form.put("body_contains", http.expect().bodyContains());
            }
            case Work.Prompted prompted -> {
                switch (prompted.prompt()) {
                    case Prompt.FromFile file ->
                        form.put(
                                "prompts",
                                sha256(promptFiles.getOrDefault(file.path(), "").getBytes(StandardCharsets.UTF_8)));
                    case Prompt.Synthetic synthetic -> {
                        form.put("input", tokens(synthetic.tokens()));
                        synthetic
                                .sharedPrefix()
                                .ifPresent(
                                        prefix -> form.put("shared_prefix", List.of(prefix.tokens(), prefix.groups())));
                    }
                }
                prompted.output()
                        .ifPresent(output -> form.put("output", List.of(tokens(output.tokens()), output.exact())));
                form.put("sampling", prompted.sampling());
            }
        }
        return form;
    }

    private static List<Object> tokens(TokenCount tokens) {
        return List.of(tokens.distribution().name(), tokens.mean(), tokens.stddev(), tokens.min(), tokens.max());
    }

    private static Map<String, Object> phase(Phase phase) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("name", phase.name());
        form.put("duration", phase.duration().toNanos());
        form.put("measure", phase.measure());
        form.put("after_drain", phase.afterDrain());
        switch (phase.load()) {
            case Load.Closed closed ->
                form.put(
                        "closed",
                        List.of(closed.concurrency(), closed.thinkTime().toNanos()));
            case Load.Open open -> {
                form.put("rate", rate(open.rate()));
                form.put("arrivals", arrivals(open.arrivals()));
                form.put("max_in_flight", open.maxInFlight());
            }
        }
        return form;
    }

    private static List<Object> rate(Load.Rate rate) {
        return switch (rate) {
            case Load.Rate.Constant constant -> List.of("constant", constant.perSecond());
            case Load.Rate.Ramp ramp -> List.of("ramp", ramp.from(), ramp.to());
            case Load.Rate.Steps steps -> List.of("steps", steps.perSecond());
            case Load.Rate.Spike spike ->
                List.of(
                        "spike",
                        spike.base(),
                        spike.spike(),
                        spike.at().toNanos(),
                        spike.length().toNanos());
        };
    }

    private static List<Object> arrivals(Load.Arrivals arrivals) {
        return switch (arrivals) {
            case Load.Arrivals.Constant constant -> List.of("constant");
            case Load.Arrivals.Poisson poisson -> List.of("poisson");
            case Load.Arrivals.Gamma gamma -> List.of("gamma", gamma.cv());
        };
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
