package dev.plimsoll.controller.service;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A release of something in a cluster, as those who roll it out name it.
 *
 * @param namespace of what is released
 * @param name of what is released, as Kubernetes takes it
 * @param checksum tells this release from others of it
 */
record Release(String namespace, String name, String checksum) {
    private static final String KUBERNETES_NAME = "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?";
    private static final String CHECKSUM = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";

    /** Checks the components: they go into the environment of a process and into names of files. */
    Release {
        require(
                namespace.matches(KUBERNETES_NAME),
                "a namespace is of lower-case letters, digits and dashes",
                namespace);
        require(name.matches(KUBERNETES_NAME), "a name is of lower-case letters, digits, dashes and dots", name);
        require(checksum.matches(CHECKSUM), "a checksum is of letters, digits, dashes and dots", checksum);
    }

    private static void require(boolean holds, String rule, String value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", not \"" + value + "\"");
        }
    }

    /** A name for files: the same for the same release, and no other's. */
    String key() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((namespace + "/" + name + "/" + checksum).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return namespace + "/" + name + " " + checksum;
    }
}
