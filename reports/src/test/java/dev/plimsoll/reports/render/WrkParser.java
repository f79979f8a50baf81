package dev.plimsoll.reports.render;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads wrk's output as scripts do: line by line, with expressions found in many of them. */
final class WrkParser {
    private static final String TIME = "([\\d.]+)(us|ms|s|m|h)";
    private static final Pattern TEST = Pattern.compile("Running (\\d+)([smh]) test @ (\\S+)");
    private static final Pattern THREADS = Pattern.compile("\\s*(\\d+) threads and (\\d+) connections");
    private static final Pattern LATENCY =
            Pattern.compile("\\s+Latency\\s+" + TIME + "\\s+" + TIME + "\\s+" + TIME + "\\s+(-?[\\w.]+)%");
    private static final Pattern RATE =
            Pattern.compile("\\s+Req/Sec\\s+([\\d.]+)(\\w?)\\s+([\\d.]+)(\\w?)\\s+([\\d.]+)(\\w?)\\s+(-?[\\w.]+)%");
    private static final Pattern PERCENTILE = Pattern.compile("\\s*(\\d+(?:\\.\\d+)?)%\\s+" + TIME + "\\s*");
    private static final Pattern REQUESTS =
            Pattern.compile("\\s+(\\d+) requests in ([\\d.]+)(us|ms|s|m)(?:, ([\\d.]+)(\\w*B) read)?");
    private static final Pattern ERRORS =
            Pattern.compile("\\s+Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern STATUS = Pattern.compile("\\s+Non-2xx or 3xx responses: (\\d+)");
    private static final Pattern PER_SECOND = Pattern.compile("Requests/sec:\\s+([\\d.]+)");
    private static final Pattern TRANSFER = Pattern.compile("Transfer/sec:\\s+([\\d.]+)(\\w*B)");

    private WrkParser() {}

    /** Every figure found, by name; times in µs. */
    static Map<String, Double> parse(String output) {
        Map<String, Double> found = new LinkedHashMap<>();
        for (String line : output.split("\n")) {
            Matcher m = TEST.matcher(line);
            if (m.matches()) {
                found.put("duration", Double.parseDouble(m.group(1)));
            }
            m = THREADS.matcher(line);
            if (m.matches()) {
                found.put("threads", Double.parseDouble(m.group(1)));
                found.put("connections", Double.parseDouble(m.group(2)));
            }
            m = LATENCY.matcher(line);
            if (m.matches()) {
                found.put("latency.avg", micros(m.group(1), m.group(2)));
                found.put("latency.max", micros(m.group(5), m.group(6)));
            }
            m = RATE.matcher(line);
            if (m.matches()) {
                found.put("rate.avg", Double.parseDouble(m.group(1)) * scale(m.group(2)));
                found.put("rate.max", Double.parseDouble(m.group(5)) * scale(m.group(6)));
            }
            m = PERCENTILE.matcher(line);
            if (m.matches()) {
                found.put("p" + m.group(1), micros(m.group(2), m.group(3)));
            }
            m = REQUESTS.matcher(line);
            if (m.matches()) {
                found.put("requests", Double.parseDouble(m.group(1)));
                found.put("seconds", micros(m.group(2), m.group(3)) / 1e6);
            }
            m = ERRORS.matcher(line);
            if (m.matches()) {
                found.put("errors.connect", Double.parseDouble(m.group(1)));
                found.put("errors.read", Double.parseDouble(m.group(2)));
                found.put("errors.write", Double.parseDouble(m.group(3)));
                found.put("errors.timeout", Double.parseDouble(m.group(4)));
            }
            m = STATUS.matcher(line);
            if (m.matches()) {
                found.put("errors.status", Double.parseDouble(m.group(1)));
            }
            m = PER_SECOND.matcher(line);
            if (m.matches()) {
                found.put("per_second", Double.parseDouble(m.group(1)));
            }
            m = TRANSFER.matcher(line);
            if (m.matches()) {
                found.put("transfer", Double.parseDouble(m.group(1)));
            }
        }
        return found;
    }

    private static double micros(String number, String unit) {
        return Double.parseDouble(number)
                * switch (unit) {
                    case "us" -> 1;
                    case "ms" -> 1e3;
                    case "s" -> 1e6;
                    case "m" -> 60e6;
                    default -> 3600e6;
                };
    }

    private static double scale(String unit) {
        return switch (unit) {
            case "" -> 1;
            case "k" -> 1e3;
            case "M" -> 1e6;
            default -> throw new IllegalArgumentException(unit);
        };
    }
}
