package dev.plimsoll.agent.cluster;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps the libraries below quiet: what a person should know of the cluster is told by the code that uses it. A level
 * that was set on one of their loggers stays as it is.
 */
final class ClusterLogs {
    /** Loggers are dropped when nobody holds them, and their levels with them. */
    private static final List<Logger> LOGGERS = List.of(
            Logger.getLogger("org.infinispan"),
            Logger.getLogger("org.jgroups"),
            Logger.getLogger("org.jboss.threads"),
            Logger.getLogger("io.vertx.ext.cluster.infinispan"),
            Logger.getLogger("io.vertx.core.eventbus.impl.clustered"),
            Logger.getLogger("io.vertx.core.net.impl.ConnectionBase"));

    private ClusterLogs() {}

    static void silence() {
        for (Logger logger : LOGGERS) {
            if (logger.getLevel() == null) {
                logger.setLevel(Level.OFF);
            }
        }
    }
}
