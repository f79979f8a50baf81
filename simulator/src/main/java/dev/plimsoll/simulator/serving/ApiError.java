package dev.plimsoll.simulator.serving;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import org.jspecify.annotations.Nullable;

/** An error as vLLM answers it: a status, and a JSON object that says what was wrong. */
final class ApiError extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final @Nullable String param;

    ApiError(int status, String type, @Nullable String param, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.param = param;
    }

    static ApiError badRequest(@Nullable String param, String message) {
        return new ApiError(400, "BadRequestError", param, message);
    }

    /** A field whose value vLLM's validation names in its message. */
    static ApiError badValue(String param, Object value, String message) {
        return badRequest(param, message + " (parameter=" + param + ", value=" + value + ")");
    }

    /** A body that does not have the form of the route, as FastAPI reports it. */
    static ApiError invalid(String type, String location, String message, String input) {
        return new ApiError(
                400,
                "Bad Request",
                location,
                "1 validation error:\n  {'type': '" + type + "', 'loc': '" + location + "', 'msg': '" + message
                        + "', 'input': " + input + "}");
    }

    int status() {
        return status;
    }

    /** The body. */
    String json() {
        return "{\"error\":{\"message\":" + quote(String.valueOf(getMessage())) + ",\"type\":" + quote(type)
                + ",\"param\":" + (param == null ? "null" : quote(param)) + ",\"code\":" + status + "}}";
    }

    static String quote(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
