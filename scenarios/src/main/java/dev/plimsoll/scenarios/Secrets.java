package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.YamlNode.Scalar;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What must not be shown.
 *
 * <p>Secret by its place is: every value of the environment in headers (of requests, probes and webhooks), in a plain
 * request, in a command, in a webhook's URL, in the query of any URL and in the paths of TLS files; whatever stands in a
 * header that carries credentials; and the user information of a URL. Those places show {@code ***}. Secrets of at least {@link #LEAST_LENGTH} characters are
 * also replaced in every other text.
 */
final class Secrets {
    /** Shorter values are masked in their own place only: replacing them everywhere would destroy all text. */
    static final int LEAST_LENGTH = 4;

    private static final Set<String> PLACEHOLDERS = Set.of("none", "null", "empty", "EMPTY", "test", "dummy", "fake");
    private static final Pattern ENVIRONMENT_PLACES = Pattern.compile(
            "target\\.headers\\..*|target\\.tls\\.(ca|cert|key)|workload\\[\\d+]\\.request\\.(path|body|headers\\..*)"
                    + "|nodes\\[\\d+]\\.probes\\[\\d+]\\.(command\\[\\d+]|headers\\..*)"
                    + "|gate\\.on_[a-z]+\\[\\d+]\\.(exec\\[\\d+]|webhook\\.url|webhook\\.secret|webhook\\.headers\\..*)");
    private static final Pattern URL_PLACES = Pattern.compile("target\\.url(\\[\\d+])?|.*\\.url");
    private static final Pattern HEADER = Pattern.compile("(?:.*\\.)headers\\.([^.]+)");
    private static final Pattern SECRET_HEADER =
            Pattern.compile("(?i).*(authorization|cookie|token|secret|password|api-?key).*");
    private static final Pattern WEBHOOK_SECRET = Pattern.compile("gate\\.on_[a-z]+\\[\\d+]\\.webhook\\.secret");
    private static final Pattern SCHEME = Pattern.compile("(Bearer|Basic|Token|Digest) +(.+)");
    private static final Pattern USER_INFO =
            Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)@(.*)$", Pattern.DOTALL);

    private static final Pattern WHOLE_URL = Pattern.compile("^(https?://).*", Pattern.DOTALL);
    private static final Pattern AUTHORITY = Pattern.compile("^(https?://[^/?#]*)(.*)$", Pattern.DOTALL);

    private final Set<String> values = new LinkedHashSet<>();

    /** The values that must not appear anywhere. */
    Set<String> values() {
        return values;
    }

    /** Whether a value of the environment is secret where so much of a text stands before it. */
    boolean isSecretPlace(String path, String before) {
        return ENVIRONMENT_PLACES.matcher(path).matches()
                || URL_PLACES.matcher(path).matches() && before.contains("?");
    }

    /** Remembers a secret, and gives what is shown in its place. */
    String mask(String path, String secret) {
        add(secret);
        Matcher url = WHOLE_URL.matcher(secret);
        return url.matches() && path.endsWith(".url") ? url.group(1) + Values.MASK : Values.MASK;
    }

    /** Masks what is secret although it is written in the file. */
    void maskLiterals(YamlNode root) {
        YamlNode.scalars(root, "", this::maskLiteral);
    }

    private void maskLiteral(String path, Scalar scalar) {
        if (WEBHOOK_SECRET.matcher(path).matches()) {
            add(scalar.text());
            scalar.replaceText(scalar.text(), Values.MASK);
            return;
        }
        Matcher header = HEADER.matcher(path);
        if (header.matches() && SECRET_HEADER.matcher(header.group(1)).matches()) {
            Matcher scheme = SCHEME.matcher(scalar.text());
            boolean withScheme = scheme.matches();
            add(withScheme ? scheme.group(2) : scalar.text());
            scalar.replaceText(scalar.text(), withScheme ? scheme.group(1) + " " + Values.MASK : Values.MASK);
            return;
        }
        if (URL_PLACES.matcher(path).matches()) {
            Matcher real = USER_INFO.matcher(scalar.text());
            if (real.matches()) {
                addUserInfo(real.group(2));
                Matcher shown = USER_INFO.matcher(scalar.masked());
                scalar.replaceText(
                        scalar.text(),
                        shown.matches() ? shown.group(1) + Values.MASK + "@" + shown.group(3) : scalar.masked());
            }
        }
    }

    private void addUserInfo(String userInfo) {
        add(userInfo);
        int colon = userInfo.indexOf(':');
        if (colon >= 0) {
            String password = userInfo.substring(colon + 1);
            add(password);
            try {
                add(URLDecoder.decode(password.replace("+", "%2B"), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                add(password);
            }
        }
    }

    private void add(String secret) {
        String trimmed = secret.strip();
        if (trimmed.length() >= LEAST_LENGTH && !PLACEHOLDERS.contains(trimmed) && !trimmed.equals(Values.MASK)) {
            values.add(trimmed);
        }
    }

    /** The text with every secret in it replaced, longer ones first. */
    String hide(String text) {
        String hidden = text;
        for (String secret : values.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList()) {
            hidden = hidden.replace(secret, Values.MASK);
        }
        return hidden;
    }

    /** What may be shown of a scalar. */
    String shown(Scalar scalar) {
        String text = scalar.masked();
        if (scalar.isFreeText()) {
            return hide(text);
        }
        Matcher url = AUTHORITY.matcher(text);
        return scalar.isUrl() && url.matches() ? url.group(1) + hide(url.group(2)) : text;
    }
}
