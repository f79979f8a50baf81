package dev.plimsoll.agent.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plimsoll.measurements.MeasurementsJson;
import java.io.IOException;

/** Messages as bytes: a JSON object with {@code "v"}, the protocol's version, and {@code "type"}. */
public final class ProtocolCodec {
    /** The version that this build speaks. Agents and controllers of different versions refuse each other. */
    public static final int VERSION = 4;

    /** The event-bus address of the controller. */
    public static final String CONTROLLER_ADDRESS = "plimsoll.controller";

    private ProtocolCodec() {}

    /** The event-bus address of an agent. */
    public static String agentAddress(String agentId) {
        return "plimsoll.agent." + agentId;
    }

    /** The bytes of a {@link Command}, {@link Answer} or {@link Report}. */
    public static byte[] encode(Object message) {
        ObjectNode tree = MeasurementsJson.mapper().valueToTree(message);
        tree.put("v", VERSION);
        try {
            return MeasurementsJson.mapper().writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "cannot encode " + message.getClass().getSimpleName(), e);
        }
    }

    /**
     * The message in these bytes.
     *
     * @throws ProtocolException if they are none, or of another version
     */
    public static <T> T decode(byte[] bytes, Class<T> type) throws ProtocolException {
        try {
            JsonNode tree = MeasurementsJson.mapper().readTree(bytes);
            int version = tree.path("v").asInt(-1);
            if (version != VERSION) {
                throw new ProtocolException("message of protocol version " + version + ", this is version " + VERSION
                        + ": run the same Plimsoll on controller and agents");
            }
            return MeasurementsJson.mapper().treeToValue(tree, type);
        } catch (IOException e) {
            throw new ProtocolException("not a " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }
}
