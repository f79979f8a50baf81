package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;

/** An answer that is not what it should be: the class it counts in and a sentence for a person. Has no stack trace. */
public final class AnswerException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorClass errorClass;

    /** An answer that failed in this class; the sentence says why. */
    public AnswerException(ErrorClass errorClass, String sentence) {
        super(sentence, null, false, false);
        this.errorClass = errorClass;
    }

    /** An answer that broke the protocol it should have followed. */
    static AnswerException protocol(String sentence) {
        return new AnswerException(ErrorClass.PROTOCOL, sentence);
    }

    /** The class that the failure counts in. */
    public ErrorClass errorClass() {
        return errorClass;
    }

    /** The sentence. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
