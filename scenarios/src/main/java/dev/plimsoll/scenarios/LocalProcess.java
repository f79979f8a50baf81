package dev.plimsoll.scenarios;

/** A process of the agent's own machine. */
public sealed interface LocalProcess {

    /**
     * The process of that id.
     *
     * @param pid above 0
     */
    record OfPid(long pid) implements LocalProcess {
        /** Checks the component. */
        public OfPid {
            Rule.require(pid > 0, "pid is above 0", pid);
        }

        @Override
        public String toString() {
            return "process " + pid;
        }
    }

    /**
     * The process that listens on that TCP port, whichever it is at the time: after a restart, the new one.
     *
     * @param port from 1 to 65,535
     */
    record OfPort(int port) implements LocalProcess {
        /** Checks the component. */
        public OfPort {
            Rule.require(port > 0 && port <= 65_535, "port is from 1 to 65535", port);
        }

        @Override
        public String toString() {
            return "the process at port " + port;
        }
    }
}
