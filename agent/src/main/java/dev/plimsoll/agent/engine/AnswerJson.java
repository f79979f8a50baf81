package dev.plimsoll.agent.engine;

import static dev.plimsoll.agent.engine.AnswerException.protocol;

import dev.plimsoll.scenarios.Api;
import org.jspecify.annotations.Nullable;

/**
 * What one JSON object of an answer says: an event of a stream, or a whole answer. Reused by {@link #read}, which sets
 * every property anew and allocates nothing unless there is an error to tell.
 *
 * <p>Formats are those of the OpenAI API as vLLM serves them, and of vLLM's legacy {@code POST /generate}.
 */
final class AnswerJson {
    private static final byte[] CHOICES = Bytes.ascii("choices");
    private static final byte[] DELTA = Bytes.ascii("delta");
    private static final byte[] CONTENT = Bytes.ascii("content");
    private static final byte[] REASONING = Bytes.ascii("reasoning");
    private static final byte[] REASONING_CONTENT = Bytes.ascii("reasoning_content");
    private static final byte[] TOOL_CALLS = Bytes.ascii("tool_calls");
    private static final byte[] FUNCTION = Bytes.ascii("function");
    private static final byte[] ARGUMENTS = Bytes.ascii("arguments");
    private static final byte[] TEXT = Bytes.ascii("text");
    private static final byte[] FINISH_REASON = Bytes.ascii("finish_reason");
    private static final byte[] USAGE = Bytes.ascii("usage");
    private static final byte[] PROMPT_TOKENS = Bytes.ascii("prompt_tokens");
    private static final byte[] COMPLETION_TOKENS = Bytes.ascii("completion_tokens");
    private static final byte[] INPUT_TOKENS = Bytes.ascii("input_tokens");
    private static final byte[] OUTPUT_TOKENS = Bytes.ascii("output_tokens");
    private static final byte[] ERROR = Bytes.ascii("error");
    private static final byte[] MESSAGE = Bytes.ascii("message");
    private static final byte[] DETAIL = Bytes.ascii("detail");
    private static final byte[] OBJECT = Bytes.ascii("object");
    private static final byte[] TYPE = Bytes.ascii("type");
    private static final byte[] RESPONSE = Bytes.ascii("response");
    private static final byte[] DATA = Bytes.ascii("data");
    private static final byte[] OUTPUT = Bytes.ascii("output");

    private static final byte[] RESPONSE_COMPLETED = Bytes.ascii("response.completed");
    private static final byte[] RESPONSE_INCOMPLETE = Bytes.ascii("response.incomplete");
    private static final byte[] RESPONSE_FAILED = Bytes.ascii("response.failed");

    /** Events of the Responses API whose {@code delta} is generated text, reasoning or arguments of a tool call. */
    private static final byte[][] RESPONSE_TOKENS = {
        Bytes.ascii("response.output_text.delta"),
        Bytes.ascii("response.reasoning_text.delta"),
        Bytes.ascii("response.reasoning_summary_text.delta"),
        Bytes.ascii("response.reasoning.delta"),
        Bytes.ascii("response.function_call_arguments.delta"),
        Bytes.ascii("response.mcp_call_arguments.delta"),
    };

    /** What the {@code type} of an event of the Responses API makes of it. */
    private enum Kind {
        OTHER,
        TOKEN,
        FINISHED,
        FAILED
    }

    private final JsonScanner json = new JsonScanner();
    private Kind kind = Kind.OTHER;
    private boolean token;
    private boolean delta;
    private boolean finished;
    private boolean answer;
    private boolean usage;
    private boolean failed;
    private long inputTokens;
    private long outputTokens;
    private long textLength;
    private int texts;
    private int textFrom;
    private int textTo;
    private @Nullable String error;
    private @Nullable String message;

    /** Reads one JSON object and checks all of it. */
    void read(Api api, byte[] bytes, int from, int to) throws AnswerException {
        clear();
        json.reset(bytes, from, to);
        if (json.peek() != '{') {
            throw protocol("not a JSON object: \"" + Bytes.quoted(bytes, from, to) + "\"");
        }
        json.enterObject();
        while (json.nextMember()) {
            member(api);
        }
        json.finish();
        if (api == Api.OPENAI_RESPONSES) {
            token = delta && kind == Kind.TOKEN;
            finished = kind == Kind.FINISHED;
        }
        if (error == null && (failed || kind == Kind.FAILED)) {
            error = message == null ? "no message" : message;
        }
    }

    private void clear() {
        kind = Kind.OTHER;
        token = false;
        delta = false;
        finished = false;
        answer = false;
        usage = false;
        failed = false;
        inputTokens = -1;
        outputTokens = -1;
        textLength = 0;
        texts = 0;
        error = null;
        message = null;
    }

    private void member(Api api) throws AnswerException {
        if (json.nameIs(ERROR)) {
            error();
        } else if (json.nameIs(USAGE)) {
            usage();
        } else if (json.nameIs(OBJECT)) {
            failed |= json.readString() && json.nameIs(ERROR);
        } else if (json.nameIs(MESSAGE)) {
            message();
        } else {
            switch (api) {
                case OPENAI_CHAT, OPENAI_COMPLETIONS -> completion(api);
                case OPENAI_RESPONSES -> response(api);
                case VLLM_GENERATE -> generated();
                default -> {
                    answer |= json.nameIs(DATA);
                    json.skip();
                }
            }
        }
    }

    private void completion(Api api) throws AnswerException {
        if (!json.nameIs(CHOICES) || json.peek() != '[') {
            json.skip();
            return;
        }
        answer = true;
        json.enterArray();
        while (json.nextElement()) {
            if (json.peek() != '{') {
                json.skip();
                continue;
            }
            json.enterObject();
            while (json.nextMember()) {
                choice(api);
            }
        }
    }

    private void choice(Api api) throws AnswerException {
        if (json.nameIs(FINISH_REASON)) {
            finished |= !json.readNull();
        } else if (api == Api.OPENAI_COMPLETIONS && json.nameIs(TEXT)) {
            text();
        } else if (api == Api.OPENAI_CHAT && json.nameIs(DELTA) && json.peek() == '{') {
            json.enterObject();
            while (json.nextMember()) {
                delta();
            }
        } else {
            json.skip();
        }
    }

    private void delta() throws AnswerException {
        if (json.nameIs(CONTENT) || json.nameIs(REASONING) || json.nameIs(REASONING_CONTENT)) {
            text();
        } else if (json.nameIs(TOOL_CALLS) && json.peek() == '[') {
            json.enterArray();
            while (json.nextElement()) {
                toolCall();
            }
        } else {
            json.skip();
        }
    }

    private void text() throws AnswerException {
        if (json.readNonEmptyString()) {
            token = true;
            texts++;
            textFrom = json.textFrom();
            textTo = json.textTo();
        }
    }

    private void toolCall() throws AnswerException {
        if (json.peek() != '{') {
            json.skip();
            return;
        }
        json.enterObject();
        while (json.nextMember()) {
            if (!json.nameIs(FUNCTION) || json.peek() != '{') {
                json.skip();
                continue;
            }
            json.enterObject();
            while (json.nextMember()) {
                if (json.nameIs(ARGUMENTS)) {
                    text();
                } else {
                    json.skip();
                }
            }
        }
    }

    private void response(Api api) throws AnswerException {
        if (json.nameIs(TYPE)) {
            if (json.readString()) {
                kind = kind();
            }
        } else if (json.nameIs(DELTA)) {
            delta |= json.readNonEmptyString();
        } else if (json.nameIs(RESPONSE) && json.peek() == '{') {
            json.enterObject();
            while (json.nextMember()) {
                member(api);
            }
        } else {
            answer |= json.nameIs(OUTPUT);
            json.skip();
        }
    }

    private Kind kind() {
        for (byte[] type : RESPONSE_TOKENS) {
            if (json.nameIs(type)) {
                return Kind.TOKEN;
            }
        }
        if (json.nameIs(RESPONSE_COMPLETED) || json.nameIs(RESPONSE_INCOMPLETE)) {
            return Kind.FINISHED;
        }
        return json.nameIs(RESPONSE_FAILED) || json.nameIs(ERROR) ? Kind.FAILED : Kind.OTHER;
    }

    private void generated() throws AnswerException {
        if (!json.nameIs(TEXT)) {
            json.skip();
            return;
        }
        answer = true;
        if (json.peek() != '[') {
            textLength += json.readString() ? json.textLength() : 0;
            return;
        }
        json.enterArray();
        while (json.nextElement()) {
            textLength += json.readString() ? json.textLength() : 0;
        }
    }

    private void usage() throws AnswerException {
        if (json.peek() != '{') {
            json.skip();
            return;
        }
        usage = true;
        json.enterObject();
        while (json.nextMember()) {
            if (json.nameIs(PROMPT_TOKENS) || json.nameIs(INPUT_TOKENS)) {
                inputTokens = json.readCount();
            } else if (json.nameIs(COMPLETION_TOKENS) || json.nameIs(OUTPUT_TOKENS)) {
                outputTokens = json.readCount();
            } else {
                json.skip();
            }
        }
    }

    private void error() throws AnswerException {
        switch (json.peek()) {
            case 'n' -> json.skip();
            case '"' -> {
                json.readString();
                error = json.text();
            }
            case '{' -> {
                String said = "no message";
                json.enterObject();
                while (json.nextMember()) {
                    if (json.nameIs(MESSAGE) && json.peek() == '"') {
                        json.readString();
                        said = json.text();
                    } else {
                        json.skip();
                    }
                }
                error = said;
            }
            default -> {
                json.skip();
                error = "no message";
            }
        }
    }

    private void message() throws AnswerException {
        if (json.readString()) {
            message = json.text();
        }
    }

    /**
     * What the body of a failed answer says: {@code error}, {@code error.message}, {@code message} or {@code detail};
     * null when it is not such JSON.
     */
    @Nullable
    String complaint(byte[] bytes, int from, int to) {
        clear();
        try {
            json.reset(bytes, from, to);
            json.enterObject();
            while (json.nextMember()) {
                if (json.nameIs(ERROR)) {
                    error();
                } else if (json.nameIs(MESSAGE) || json.nameIs(DETAIL)) {
                    message();
                } else {
                    json.skip();
                }
            }
            json.finish();
        } catch (AnswerException notJson) {
            return null;
        }
        return error == null ? message : error;
    }

    /** Whether it carries generated text. */
    boolean token() {
        return token;
    }

    /** Whether it says nothing but one generated text: no usage, no end and no error. */
    boolean textOnly() {
        return texts == 1 && !finished && !usage && error == null;
    }

    /** Where the generated text begins that was read last; of {@link #textOnly}, the only one. */
    int textFrom() {
        return textFrom;
    }

    /** Where that text ends. */
    int textTo() {
        return textTo;
    }

    /** Whether it says that generation is over. */
    boolean finished() {
        return finished;
    }

    /** Whether it has the member that makes it an answer of its API. */
    boolean answer() {
        return answer;
    }

    /** Whether it has a {@code usage}. */
    boolean hasUsage() {
        return usage;
    }

    /** Prompt tokens of its {@code usage}; −1 when it does not say. */
    long inputTokens() {
        return inputTokens;
    }

    /** Completion tokens of its {@code usage}; −1 when it does not say. */
    long outputTokens() {
        return outputTokens;
    }

    /** Bytes of all {@code text} in it, of vLLM's legacy API. */
    long textLength() {
        return textLength;
    }

    /** What it says went wrong; null when nothing did. */
    @Nullable
    String failure() {
        return error;
    }
}
