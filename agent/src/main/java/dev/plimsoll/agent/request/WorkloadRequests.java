package dev.plimsoll.agent.request;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.request.PromptFile.Entry;
import dev.plimsoll.agent.request.PromptFile.Message;
import dev.plimsoll.agent.schedule.RandomStream;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.RequestSpec;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.TokenCount;
import dev.plimsoll.scenarios.Work;
import dev.plimsoll.scenarios.Work.Expectation;
import dev.plimsoll.scenarios.Work.Prompt;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the requests of a scenario's workload. Safe for use by several threads.
 *
 * <p>A synthetic prompt of n tokens is n words less the tokens that a prompt has beyond its words, and at least one word.
 * The first is always {@link Words#FIRST}: no blank stands before it, so that it may have other tokens than elsewhere,
 * and what it costs must be the same for all prompts. The others are drawn. The length is exact when the target's
 * tokenizer confirmed the vocabulary; else words of several tokens make it longer. A shared prefix of n tokens is the
 * first n words.
 *
 * <p>A prompt file's entries are taken by sequence number in a shuffled order, each once before any repeats. When a
 * workload has several entries, numbers that fall to others are left out of that order.
 */
public final class WorkloadRequests implements RequestFactory {
    private static final long PREFIX_KEY = 0x7072_6566_6978L;
    private static final long ORDER_KEY = 0x6f72_6465_7200L;
    private static final long SAMPLE_STREAM = -1;

    private final List<RequestSpec> specs;
    private final double[] cumulative;
    private final @Nullable RequestContent[] plain;
    private final Map<Integer, List<Entry>> files;
    private final Target target;
    private final long seed;
    private final String[] words;
    private final int templateTokens;
    private final BodyWriter bodies;

    private WorkloadRequests(Scenario scenario, TargetFacts facts, Map<Integer, List<Entry>> files) {
        this.specs = scenario.workload();
        this.target = scenario.target();
        this.seed = scenario.seed();
        this.files = Map.copyOf(files);
        List<String> vocabulary = facts.vocabulary().words();
        this.words = (vocabulary.isEmpty() ? Words.builtIn() : vocabulary).toArray(String[]::new);
        this.templateTokens = facts.vocabulary().templateTokens();
        this.bodies = new BodyWriter(target.api(), facts.model().orElse(target.model()), target.stream());
        this.cumulative = new double[specs.size()];
        this.plain = new RequestContent[specs.size()];
        double sum = 0;
        for (int i = 0; i < specs.size(); i++) {
            sum += specs.get(i).weight();
            cumulative[i] = sum;
            if (specs.get(i).work() instanceof Work.Http http) {
                plain[i] = plain(i, http);
            }
        }
    }

    /**
     * The requests of a scenario.
     *
     * @param scenario whose workload
     * @param facts of its target: the model's name and words for prompts
     * @param promptFiles contents of its prompt files, by the path used in it
     * @throws IllegalArgumentException for a prompt file that is missing or unusable, with the file, the line and the
     *     rule; and for headers that would break requests, with the rule
     */
    public static WorkloadRequests of(Scenario scenario, TargetFacts facts, Map<String, String> promptFiles) {
        Map<Integer, List<Entry>> files = new HashMap<>();
        Map<String, List<Entry>> parsed = new HashMap<>();
        for (int i = 0; i < scenario.workload().size(); i++) {
            check(scenario, scenario.workload().get(i).work());
            if (scenario.workload().get(i).work() instanceof Work.Prompted prompted
                    && prompted.prompt() instanceof Prompt.FromFile file) {
                String content = promptFiles.get(file.path());
                if (content == null) {
                    throw new IllegalArgumentException(
                            "the prompt file " + file.path() + " is missing: put it beside the scenario");
                }
                files.put(i, parsed.computeIfAbsent(file.path(), path -> PromptFile.parse(path, content)));
            }
        }
        return new WorkloadRequests(scenario, facts, files);
    }

    private static void check(Scenario scenario, Work work) {
        Map<String, String> headers = work instanceof Work.Http http ? http.headers() : Map.of();
        scenario.target()
                .urls()
                .forEach(url -> RequestHeaders.merge(url, scenario.target().headers(), headers));
    }

    @Override
    public RequestContent create(long stream, long sequence) {
        RequestContent only = plain[0];
        if (only != null && plain.length == 1) {
            return only;
        }
        RandomStream random = RandomStream.of(seed, stream, sequence);
        double at = random.nextDouble() * cumulative[cumulative.length - 1];
        int spec = 0;
        while (spec < cumulative.length - 1 && at >= cumulative[spec]) {
            spec++;
        }
        return make(spec, stream, sequence, random);
    }

    @Override
    public RequestContent sample(int spec, long sequence) {
        return make(spec, SAMPLE_STREAM, sequence, RandomStream.of(seed, SAMPLE_STREAM - spec, sequence));
    }

    private static RequestContent plain(int spec, Work.Http http) {
        AnswerFormat answer = new AnswerFormat(Api.HTTP, false, http.expect());
        byte[] body = http.body().getBytes(StandardCharsets.UTF_8);
        return new RequestContent(spec, http.method(), http.path(), http.headers(), body, answer);
    }

    private RequestContent make(int spec, long stream, long sequence, RandomStream random) {
        if (!(specs.get(spec).work() instanceof Work.Prompted prompted)) {
            return requireNonNull(plain[spec], "plain");
        }
        List<Message> messages;
        int output =
                prompted.output().map(o -> TokenDraw.draw(o.tokens(), random)).orElse(0);
        if (prompted.prompt() instanceof Prompt.Synthetic synthetic) {
            messages = List.of(new Message("user", synthetic(spec, synthetic, random)));
        } else {
            Entry entry = entry(spec, stream, sequence);
            messages = entry.messages();
            output = entry.outputTokens().orElse(output);
        }
        boolean exact = prompted.output().map(Work.Output::exact).orElse(false);
        byte[] body = bodies.write(messages, output, exact, prompted.sampling());
        boolean streamed = target.stream() && target.api().generates();
        AnswerFormat answer = new AnswerFormat(target.api(), streamed, Expectation.ANY_SUCCESS);
        return new RequestContent(spec, "POST", BodyWriter.path(target.api()), Map.of(), body, answer);
    }

    private Entry entry(int spec, long stream, long sequence) {
        List<Entry> entries = files.getOrDefault(spec, List.of());
        long round = sequence / entries.size();
        long key = RandomStream.key(RandomStream.key(seed, ORDER_KEY, spec), stream, round);
        return entries.get(Shuffle.at(key, (int) (sequence % entries.size()), entries.size()));
    }

    private String synthetic(int spec, Prompt.Synthetic synthetic, RandomStream random) {
        TokenCount tokens = synthetic.tokens();
        int length = Math.max(1, TokenDraw.draw(tokens, random) - templateTokens);
        StringBuilder text = new StringBuilder(length * 8).append(Words.FIRST);
        int written = 1;
        if (synthetic.sharedPrefix().isPresent()) {
            Work.SharedPrefix prefix = synthetic.sharedPrefix().get();
            int group = random.nextInt(prefix.groups());
            int shared = Math.min(length, prefix.tokens());
            append(text, shared - written, RandomStream.of(seed, PREFIX_KEY + spec, group));
            written = shared;
        }
        append(text, length - written, random);
        return text.toString();
    }

    private void append(StringBuilder text, int count, RandomStream random) {
        for (int i = 0; i < count; i++) {
            text.append(' ').append(words[random.nextInt(words.length)]);
        }
    }
}
