package dev.plimsoll.measurements;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Locale;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * How measurements look in JSON, on the wire and in bundles.
 *
 * <ul>
 *   <li>A histogram is its V2 compressed form (HdrHistogram's own, zlib) in Base64.
 *   <li>A reading is a number, {@code {"unavailable": reason}} or {@code {"failed": reason}}.
 *   <li>An error class is its label, such as {@code "http_5xx"}.
 * </ul>
 */
public final class MeasurementsModule extends SimpleModule {
    private static final long serialVersionUID = 1;

    /** The module, to be registered with an object mapper. */
    public MeasurementsModule() {
        super("plimsoll-measurements");
        addSerializer(Histogram.class, new HistogramSerializer());
        addDeserializer(Histogram.class, new HistogramDeserializer());
        addSerializer(Reading.class, new ReadingSerializer());
        addDeserializer(Reading.class, new ReadingDeserializer());
        addSerializer(ErrorClass.class, new ErrorClassSerializer());
        addDeserializer(ErrorClass.class, new ErrorClassDeserializer());
        addKeySerializer(ErrorClass.class, new ErrorClassKeySerializer());
        addKeyDeserializer(ErrorClass.class, new ErrorClassKeyDeserializer());
    }

    private static final class HistogramSerializer extends StdSerializer<Histogram> {
        private static final long serialVersionUID = 1;

        HistogramSerializer() {
            super(Histogram.class);
        }

        @Override
        public void serialize(Histogram value, JsonGenerator out, SerializerProvider provider) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(value.getNeededByteBufferCapacity());
            int length = value.encodeIntoCompressedByteBuffer(buffer);
            out.writeBinary(buffer.array(), 0, length);
        }
    }

    private static final class HistogramDeserializer extends StdDeserializer<Histogram> {
        private static final long serialVersionUID = 1;

        HistogramDeserializer() {
            super(Histogram.class);
        }

        @Override
        public Histogram deserialize(JsonParser in, DeserializationContext context) throws IOException {
            String text = in.getText();
            try {
                byte[] bytes = Base64.getDecoder().decode(text);
                return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
            } catch (DataFormatException | RuntimeException e) {
                throw context.weirdStringException(text, Histogram.class, "not a compressed histogram: " + e);
            }
        }
    }

    private static final class ReadingSerializer extends StdSerializer<Reading> {
        private static final long serialVersionUID = 1;

        ReadingSerializer() {
            super(Reading.class);
        }

        @Override
        public void serialize(Reading reading, JsonGenerator out, SerializerProvider provider) throws IOException {
            switch (reading) {
                case Reading.Value value -> out.writeNumber(value.value());
                case Reading.NotAvailable none -> writeReason(out, "unavailable", none.reason());
                case Reading.Failed failed -> writeReason(out, "failed", failed.reason());
            }
        }

        private static void writeReason(JsonGenerator out, String key, String reason) throws IOException {
            out.writeStartObject();
            out.writeStringField(key, reason);
            out.writeEndObject();
        }
    }

    private static final class ReadingDeserializer extends StdDeserializer<Reading> {
        private static final long serialVersionUID = 1;

        ReadingDeserializer() {
            super(Reading.class);
        }

        @Override
        public Reading deserialize(JsonParser in, DeserializationContext context) throws IOException {
            JsonNode node = in.readValueAsTree();
            if (node.isNumber()) {
                return Reading.of(node.doubleValue());
            }
            if (node.hasNonNull("unavailable")) {
                return Reading.notAvailable(node.get("unavailable").asText());
            }
            if (node.hasNonNull("failed")) {
                return Reading.failed(node.get("failed").asText());
            }
            throw context.weirdStringException(node.toString(), Reading.class, "not a reading");
        }
    }

    private static final class ErrorClassSerializer extends StdSerializer<ErrorClass> {
        private static final long serialVersionUID = 1;

        ErrorClassSerializer() {
            super(ErrorClass.class);
        }

        @Override
        public void serialize(ErrorClass value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.label());
        }
    }

    private static final class ErrorClassKeySerializer extends StdSerializer<ErrorClass> {
        private static final long serialVersionUID = 1;

        ErrorClassKeySerializer() {
            super(ErrorClass.class);
        }

        @Override
        public void serialize(ErrorClass value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeFieldName(value.label());
        }
    }

    private static final class ErrorClassDeserializer extends StdDeserializer<ErrorClass> {
        private static final long serialVersionUID = 1;

        ErrorClassDeserializer() {
            super(ErrorClass.class);
        }

        @Override
        public ErrorClass deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return parse(in.getText());
        }
    }

    private static final class ErrorClassKeyDeserializer extends com.fasterxml.jackson.databind.KeyDeserializer {
        @Override
        public Object deserializeKey(String key, DeserializationContext context) {
            return parse(key);
        }
    }

    private static ErrorClass parse(String label) {
        return ErrorClass.valueOf(label.toUpperCase(Locale.ROOT));
    }
}
