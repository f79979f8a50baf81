package dev.plimsoll.agent.engine;

/** What the head of an answer says, whichever version of HTTP brought it. */
interface AnswerHead {
    /** The status, 200 to 599. */
    int status();

    /** Whether the answer has a body, if only one of unknown length. */
    boolean hasBody();

    /** The length announced; −1 without one. */
    long contentLength();

    /** Whether the media type begins so; the text is in lower case. */
    boolean typeStarts(byte[] text);

    /** The media type as it was sent; empty without one. */
    String type();

    /** The content encoding as it was sent; empty without one, or when it is {@code identity}. */
    String encoding();

    /** Whether the body is encoded, such as by gzip. */
    boolean encoded();
}
