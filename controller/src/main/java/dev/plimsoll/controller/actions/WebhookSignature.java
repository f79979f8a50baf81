package dev.plimsoll.controller.actions;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signature of a webhook: {@code sha256=} and, in lower-case hex, the HMAC with SHA-256 (RFC 2104) of
 * {@code timestamp + "." + body}. The timestamp is signed too, so that a receiver can refuse what is old. Pure.
 */
final class WebhookSignature {
    /** Names the header that holds it. */
    static final String HEADER = "X-Plimsoll-Signature";

    /** Names the header that holds the timestamp, in seconds since 1970. */
    static final String TIMESTAMP_HEADER = "X-Plimsoll-Timestamp";

    private static final String ALGORITHM = "HmacSHA256";

    private WebhookSignature() {}

    static String of(String secret, String timestamp, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            byte[] code = mac.doFinal((timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
            return "sha256=" + HexFormat.of().formatHex(code);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
