package dev.plimsoll.scenarios;

/**
 * A value at its path.
 *
 * @param node the value
 * @param path such as {@code phases[1].rate}
 */
record Field(YamlNode node, String path) {}
