package dev.plimsoll.measurements;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/** The one JSON mapper for measurements, protocol messages and bundle files. */
public final class MeasurementsJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new MeasurementsModule())
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private MeasurementsJson() {}

    /** The mapper; thread-safe, not to be reconfigured. Unknown properties are ignored, so that newer files can be read. */
    public static JsonMapper mapper() {
        return MAPPER;
    }
}
