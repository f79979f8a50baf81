package dev.plimsoll.agent.cluster;

import io.vertx.ext.cluster.infinispan.InfinispanClusterManager;
import java.util.List;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.remoting.transport.Address;

/** The cluster manager on Infinispan 15, whose transport is no longer public. */
final class MemberManager extends InfinispanClusterManager {
    private final DefaultCacheManager caches;

    MemberManager(DefaultCacheManager caches) {
        super(caches);
        this.caches = caches;
    }

    @Override
    public List<String> getNodes() {
        return names(caches.getMembers());
    }

    /** The names of these members; none before the cluster was joined. */
    static List<String> names(@org.jspecify.annotations.Nullable List<Address> members) {
        return members == null
                ? List.of()
                : members.stream().map(Object::toString).toList();
    }
}
