package dev.plimsoll.agent.protocol;

import java.util.List;
import java.util.Optional;

/**
 * What is to be looked up of an agent's machine besides what every look finds.
 *
 * @param model where the model lies; absent: disks are not looked at
 * @param python the Python that serves; absent: that of a running vLLM, or else {@code python3}
 * @param versions whether the versions that Python has are looked up, for which it is started once
 * @param targets {@code host:port} each, to which the round trip is measured
 */
public record LookRequest(Optional<String> model, Optional<String> python, boolean versions, List<String> targets) {
    /** Copies the list. */
    public LookRequest {
        targets = List.copyOf(targets);
    }
}
