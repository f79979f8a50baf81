package dev.plimsoll.agent.request;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Work.Expectation;

/**
 * How an answer is read.
 *
 * @param api whose format it has
 * @param stream whether it is a stream of server-sent events
 * @param expect what makes it good; of plain HTTP, and the status of all
 */
public record AnswerFormat(Api api, boolean stream, Expectation expect) {
    /** Checks the components. */
    public AnswerFormat {
        requireNonNull(api, "api");
        requireNonNull(expect, "expect");
    }
}
