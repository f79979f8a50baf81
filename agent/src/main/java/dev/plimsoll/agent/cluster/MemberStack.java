package dev.plimsoll.agent.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.infinispan.remoting.transport.jgroups.AbstractJGroupsChannelConfigurator;
import org.jgroups.JChannel;
import org.jgroups.conf.ProtocolConfiguration;
import org.jgroups.conf.XmlConfigurator;

/** The JGroups protocol stack of {@code stack.xml} with one member's addresses in it. */
final class MemberStack extends AbstractJGroupsChannelConfigurator {
    /** How long a member waits for answers to its search before it asks again. */
    private static final String JOIN_TIMEOUT_MILLIS = "1000";

    private static final String RESOURCE = "stack.xml";

    private final List<ProtocolConfiguration> protocols;

    MemberStack(ClusterSettings settings) throws IOException {
        try (InputStream xml = MemberStack.class.getResourceAsStream(RESOURCE)) {
            if (xml == null) {
                throw new IOException(RESOURCE + " is missing from the class path");
            }
            protocols = XmlConfigurator.getInstance(xml).getProtocolStack();
        }
        Map<String, String> tcp = properties("TCP");
        tcp.put("bind_addr", settings.bindHost());
        tcp.put("bind_port", Integer.toString(settings.port()));
        properties("TCPPING").put("initial_hosts", settings.initialHosts());
        Map<String, String> detection = properties("FD_SOCK2");
        detection.put("bind_addr", settings.bindHost());
        detection.put("offset", Integer.toString(settings.detectionPort() - settings.port()));
        properties("pbcast.GMS").put("join_timeout", settings.first() ? "0" : JOIN_TIMEOUT_MILLIS);
    }

    private Map<String, String> properties(String protocol) {
        return protocols.stream()
                .filter(p -> p.getProtocolName().equals(protocol))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(RESOURCE + " has no " + protocol))
                .getProperties();
    }

    @Override
    public String getName() {
        return "plimsoll";
    }

    @Override
    public JChannel createChannel(String name) throws Exception {
        return amendChannel(new JChannel(this));
    }

    @Override
    public String getProtocolStackString() {
        return protocols.stream()
                .map(ProtocolConfiguration::getProtocolStringNewXml)
                .reduce("", String::concat);
    }

    @Override
    public List<ProtocolConfiguration> getProtocolStack() {
        return protocols;
    }
}
