package dev.plimsoll.agent.preflight;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What {@code nvidia-smi -q -x} prints: texts by the path of their elements. That output has kept its paths since driver
 * 450, but for a few that were renamed; they are looked for under each name.
 *
 * @param driver the driver's version
 * @param cuda the CUDA version that it supports
 * @param gpus one for each GPU
 */
record SmiXml(Optional<String> driver, Optional<String> cuda, List<Gpu> gpus) {
    private static final String PROCESS = "processes/process_info/";

    /**
     * One GPU.
     *
     * @param texts the first text at each path below its element
     * @param processes texts of each process, by the name of their element
     */
    record Gpu(Map<String, String> texts, List<Map<String, String>> processes) {
        /** The text at the first of these paths that has one. */
        Optional<String> text(String... paths) {
            for (String path : paths) {
                String text = texts.get(path);
                if (text != null) {
                    return Optional.of(text);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Reads it. The document type that it names is not fetched.
     *
     * @throws IOException with a sentence when it is no such output
     */
    static SmiXml parse(String xml) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        Reading reading = new Reading();
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
            try {
                while (reader.hasNext()) {
                    reading.take(reader.next(), reader);
                }
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw new IOException(
                    "nvidia-smi -q -x printed no XML: "
                            + String.valueOf(e.getMessage()).replaceAll("\\R", " "),
                    e);
        }
        return new SmiXml(
                Optional.ofNullable(reading.top.get("nvidia_smi_log/driver_version")),
                Optional.ofNullable(reading.top.get("nvidia_smi_log/cuda_version")),
                reading.gpus);
    }

    /** A document half read. */
    private static final class Reading {
        private final Map<String, String> top = new LinkedHashMap<>();
        private final List<Gpu> gpus = new ArrayList<>();
        private final Deque<String> path = new ArrayDeque<>();
        private final StringBuilder text = new StringBuilder();

        void take(int event, XMLStreamReader reader) {
            switch (event) {
                case XMLStreamConstants.START_ELEMENT -> start(reader.getLocalName());
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(reader.getText());
                case XMLStreamConstants.END_ELEMENT -> end();
                default -> {}
            }
        }

        private void start(String name) {
            path.addLast(name);
            text.setLength(0);
            String at = String.join("/", path);
            if (at.equals("nvidia_smi_log/gpu")) {
                gpus.add(new Gpu(new LinkedHashMap<>(), new ArrayList<>()));
            } else if (at.equals("nvidia_smi_log/gpu/processes/process_info")) {
                gpus.getLast().processes().add(new LinkedHashMap<>());
            }
        }

        private void end() {
            String at = String.join("/", path);
            String value = text.toString().strip();
            text.setLength(0);
            path.removeLast();
            if (value.isEmpty()) {
                return;
            }
            String prefix = "nvidia_smi_log/gpu/";
            if (!at.startsWith(prefix)) {
                top.putIfAbsent(at, value);
                return;
            }
            String below = at.substring(prefix.length());
            Gpu gpu = gpus.getLast();
            if (below.startsWith(PROCESS)) {
                gpu.processes().getLast().put(below.substring(PROCESS.length()), value);
            } else {
                gpu.texts().putIfAbsent(below, value);
            }
        }
    }
}
