package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.TokenCount.Distribution;
import dev.plimsoll.scenarios.Work.Prompt;
import dev.plimsoll.scenarios.YamlNode.Mapping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code workload}. */
final class WorkloadDecoder {
    private static final Set<String> TAKEN = Set.of(
            "model",
            "messages",
            "prompt",
            "input",
            "stream",
            "stream_options",
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
            "min_tokens",
            "ignore_eos");
    private static final List<String> OF_TOKENS = List.of("input", "output", "shared_prefix", "sampling", "prompts");
    private static final List<String> OF_HTTP = List.of("request", "expect");

    private final Values values;
    private final Optional<Api> api;
    private final NamedFiles files;

    WorkloadDecoder(Values values, Optional<Api> api, NamedFiles files) {
        this.values = values;
        this.api = api;
        this.files = files;
    }

    List<RequestSpec> decode(Field field) {
        List<RequestSpec> requests = new ArrayList<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        for (Field item : values.filledList(field, "workload")) {
            values.section(item, Block.WORK, "a request of the workload")
                    .flatMap(section -> request(section, lines))
                    .ifPresent(requests::add);
        }
        return requests;
    }

    private Optional<RequestSpec> request(Section section, Map<String, Integer> lines) {
        Optional<String> name = section.need("name").flatMap(field -> {
            Optional<String> text = values.name(
                    field, "a request's name is up to 120 characters without double quotes", ScenarioDecoder.LABEL);
            text.ifPresent(word -> unique(values, field, word, "request", lines));
            return text;
        });
        double weight =
                values.positive(section.orDefault("weight"), "weight", 1e9).orElse(1.0);
        Optional<? extends Work> work;
        if (api.map(known -> known == Api.HTTP).orElse(section.has("request"))) {
            OF_TOKENS.forEach(key -> section.refuse(key, "api http sends plain requests and has no `" + key + "`"));
            work = section.need("request").flatMap(field -> http(field, section));
        } else {
            String label = api.map(Api::label).orElse("this api");
            OF_HTTP.forEach(key -> section.refuse(key, "`" + key + "` is for api http only, not " + label));
            work = prompted(section);
        }
        if (name.isEmpty() || work.isEmpty()) {
            return Optional.empty();
        }
        Work what = work.get();
        return section.build(() -> new RequestSpec(name.get(), weight, what));
    }

    /** Reports a name that stands twice. */
    static void unique(Values values, Field field, String name, String what, Map<String, Integer> lines) {
        Integer first = lines.putIfAbsent(name, field.node().place().line());
        if (first != null) {
            values.problem(
                    field,
                    "there is already a " + what + " \"" + name + "\"" + (first > 0 ? " in line " + first : "")
                            + "; names differ");
        }
    }

    private Optional<Work.Prompted> prompted(Section section) {
        Optional<Prompt> prompt;
        boolean fromFile = section.has("prompts");
        if (fromFile) {
            section.refuse("input", "a request has `input` or `prompts`, not both");
            section.refuse("shared_prefix", "`shared_prefix` is for `input`, not for prompts of a file");
            prompt = section.get("prompts")
                    .flatMap(field -> files.prompts(values, field))
                    .map(Prompt.FromFile::new);
        } else if (section.has("input")) {
            prompt = synthetic(section);
        } else {
            values.problems()
                    .add(section.place(), section.path(), "`input` or `prompts` is missing: what is to be sent?");
            prompt = Optional.empty();
        }
        Optional<Work.Output> output = Optional.empty();
        boolean embeds = api.isPresent() && !api.get().generates();
        if (embeds) {
            section.refuse("output", "api " + api.get().label() + " has no output tokens; remove it");
        } else if (section.has("output") || !fromFile) {
            output = output(section.get("output").orElseGet(() -> section.implied("output")));
        }
        Map<String, Object> sampling =
                section.get("sampling").map(this::sampling).orElse(Map.of());
        Optional<Work.Output> asked = output;
        return prompt.flatMap(from -> section.build(() -> new Work.Prompted(from, asked, sampling)));
    }

    private Optional<Prompt> synthetic(Section section) {
        Optional<TokenCount> tokens = section.get("input")
                .flatMap(field -> values.section(field, Block.INPUT, "input"))
                .flatMap(input -> input.need("tokens"))
                .flatMap(this::tokens);
        Optional<Work.SharedPrefix> prefix = section.get("shared_prefix")
                .flatMap(field -> values.section(field, Block.SHARED_PREFIX, "shared_prefix"))
                .flatMap(shared -> {
                    int groups = values.integer(shared.orDefault("groups"), "groups", 1, 1_000_000)
                            .orElse(1);
                    Optional<Field> field = shared.need("tokens");
                    Optional<Integer> length =
                            field.flatMap(f -> values.integer(f, "shared_prefix.tokens", 1, TokenCount.LIMIT));
                    if (length.isPresent()
                            && tokens.isPresent()
                            && length.get() > tokens.get().max()) {
                        values.problem(
                                field.get(),
                                "the shared prefix is part of the input and at most "
                                        + tokens.get().max() + " tokens, not " + length.get());
                    }
                    return length.map(number -> new Work.SharedPrefix(number, groups));
                });
        return tokens.map(count -> new Prompt.Synthetic(count, prefix));
    }

    private Optional<Work.Output> output(Field field) {
        return values.section(field, Block.OUTPUT, "output").flatMap(output -> {
            boolean exact = values.bool(output.orDefault("exact")).orElse(false);
            return tokens(output.orDefault("tokens")).map(tokens -> new Work.Output(tokens, exact));
        });
    }

    private Optional<TokenCount> tokens(Field field) {
        if (!(field.node() instanceof Mapping)) {
            return values.integer(field, "a number of tokens", 1, TokenCount.LIMIT)
                    .map(TokenCount::fixed);
        }
        return values.section(field, Block.TOKENS, "tokens").flatMap(section -> {
            Optional<Distribution> distribution =
                    section.need("distribution").flatMap(word -> values.word(word, "distribution", Words.DISTRIBUTION));
            if (distribution.isEmpty()) {
                return Optional.empty();
            }
            return drawn(section, distribution.get());
        });
    }

    private Optional<TokenCount> drawn(Section section, Distribution distribution) {
        int before = values.problems().count();
        boolean uniform = distribution == Distribution.UNIFORM;
        Optional<Field> least = uniform ? section.need("min") : Optional.of(section.orElse("min", "1"));
        Optional<Field> most =
                uniform ? section.need("max") : Optional.of(section.orElse("max", Integer.toString(TokenCount.LIMIT)));
        int min = least.flatMap(field -> values.integer(field, "min", 1, TokenCount.LIMIT))
                .orElse(1);
        int max = most.flatMap(field -> values.integer(field, "max", 1, TokenCount.LIMIT))
                .orElse(TokenCount.LIMIT);
        double mean = (min + (double) max) / 2;
        double stddev = 0;
        if (uniform) {
            section.refuse("mean", "a uniform distribution has min and max only");
        } else {
            mean = section.need("mean")
                    .flatMap(field -> values.positive(field, "mean", TokenCount.LIMIT))
                    .orElse(mean);
        }
        if (distribution == Distribution.NORMAL || distribution == Distribution.LOGNORMAL) {
            stddev = section.need("stddev")
                    .flatMap(field -> values.positive(field, "stddev", TokenCount.LIMIT))
                    .orElse(0.0);
        } else {
            section.refuse("stddev", "only normal and lognormal distributions have a stddev");
        }
        if (values.problems().count() > before) {
            return Optional.empty();
        }
        double center = mean;
        double spread = stddev;
        return section.build(() -> new TokenCount(distribution, center, spread, min, max));
    }

    private Map<String, Object> sampling(Field field) {
        Map<String, Object> sampling = new LinkedHashMap<>();
        values.entries(field, "sampling").forEach((key, value) -> {
            if (TAKEN.contains(key)) {
                values.problem(value, "`" + key + "` is set by the scenario's other keys; remove it from sampling");
            } else {
                values.json(value).ifPresent(json -> sampling.put(key, json));
            }
        });
        return sampling;
    }

    private Optional<Work.Http> http(Field field, Section work) {
        Optional<Section> found = values.section(field, Block.REQUEST, "request");
        Work.Expectation expectation = work.get("expect").map(this::expectation).orElse(Work.Expectation.ANY_SUCCESS);
        return found.flatMap(section -> {
            Optional<String> method = values.word(section.orDefault("method"), "method", Words.METHODS);
            Optional<String> path = section.need("path")
                    .flatMap(text -> values.name(text, "a path starts with / and has no blanks", "/[!-~]*"));
            Map<String, String> headers =
                    section.get("headers").map(values::headers).orElse(Map.of());
            String body = section.has("body")
                    ? section.get("body").flatMap(values::text).orElse("")
                    : "";
            if (method.isEmpty() || path.isEmpty()) {
                return Optional.empty();
            }
            return section.build(() -> new Work.Http(method.get(), path.get(), headers, body, expectation));
        });
    }

    private Work.Expectation expectation(Field field) {
        return values.section(field, Block.EXPECT, "expect")
                .map(section -> {
                    List<Integer> statuses = new ArrayList<>();
                    section.get("status").ifPresent(status -> {
                        for (Field item : values.oneOrMore(status, "status")) {
                            values.integer(item, "a status", 100, 599).ifPresent(statuses::add);
                        }
                    });
                    List<String> texts = new ArrayList<>();
                    section.get("body_contains").ifPresent(contains -> {
                        for (Field item : values.oneOrMore(contains, "body_contains")) {
                            values.text(item).ifPresent(texts::add);
                        }
                    });
                    return new Work.Expectation(statuses, texts);
                })
                .orElse(Work.Expectation.ANY_SUCCESS);
    }
}
