package dev.plimsoll.scenarios;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The words that stand for the constants of enumerations. */
final class Words {
    /** Protocols. */
    static final Map<String, Api> API = of(Api.values(), Api::label);
    /** Versions of HTTP. */
    static final Map<String, Target.Http> HTTP = of(Target.Http.values(), Target.Http::label);
    /** What speaks TLS. */
    static final Map<String, Target.TlsProvider> TLS_PROVIDER =
            of(Target.TlsProvider.values(), Target.TlsProvider::label);
    /** Laws of token numbers that are drawn. */
    static final Map<String, TokenCount.Distribution> DISTRIBUTION = distributions();
    /** What becomes of undecided checks. */
    static final Map<String, Gate.OnUndecided> ON_UNDECIDED =
            of(Gate.OnUndecided.values(), word -> word.name().toLowerCase(Locale.ROOT));
    /** What a run may differ in from its baseline. */
    static final Map<String, Difference> DIFFERENCES = of(Difference.values(), Difference::label);
    /** Laws of arrivals that have no parameter. */
    static final Map<String, Load.Arrivals> ARRIVALS = arrivals();
    /**
     * Probes, with the keys that each has besides {@code type}; {@code headers} and {@code gpus} may be left out, and one
     * of {@code pid} and {@code port}.
     */
    static final Map<String, List<String>> PROBES = probes();
    /** Methods of plain requests. */
    static final Map<String, String> METHODS =
            of(new String[] {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, method -> method);

    /** What is looked at before a measurement. */
    static final Map<String, String> PREFLIGHT_CHECKS = preflightChecks();

    private Words() {}

    private static <T> Map<String, T> of(T[] constants, Function<T, String> word) {
        Map<String, T> words = new LinkedHashMap<>();
        for (T constant : constants) {
            words.put(word.apply(constant), constant);
        }
        return words;
    }

    private static Map<String, TokenCount.Distribution> distributions() {
        Map<String, TokenCount.Distribution> words =
                of(TokenCount.Distribution.values(), word -> word.name().toLowerCase(Locale.ROOT));
        words.remove("fixed");
        return words;
    }

    private static Map<String, Load.Arrivals> arrivals() {
        Map<String, Load.Arrivals> words = new LinkedHashMap<>();
        words.put("constant", new Load.Arrivals.Constant());
        words.put("poisson", new Load.Arrivals.Poisson());
        return words;
    }

    private static Map<String, String> preflightChecks() {
        Map<String, String> words = new LinkedHashMap<>();
        for (PreflightCheck check : PreflightCheck.values()) {
            words.put(check.id(), check.id());
        }
        return words;
    }

    private static Map<String, List<String>> probes() {
        Map<String, List<String>> probes = new LinkedHashMap<>();
        for (String type : List.of("node-exporter", "dcgm", "vllm")) {
            probes.put(type, type.equals("dcgm") ? List.of("url", "gpus") : List.of("url"));
        }
        probes.put("jvm", List.of("url", "headers"));
        for (String type : List.of("nvidia-smi", "amd-smi", "rocm-smi", "local")) {
            probes.put(type, type.equals("local") ? List.of() : List.of("gpus"));
        }
        probes.put("jstat", List.of("pid", "port"));
        probes.put("jfr", List.of("pid", "port"));
        probes.put("exec", List.of("command"));
        probes.put("prometheus", List.of("url", "headers", "queries"));
        return probes;
    }
}
