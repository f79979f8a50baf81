package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.engine.BucketHistogram;
import java.math.BigDecimal;

/** Writes the Prometheus text format as the Python client does: its order, its {@code _created} series, its numbers. */
final class PrometheusText {
    private final StringBuilder out = new StringBuilder(64 * 1024);

    /** The head of a family. */
    void family(String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /** One sample; {@code labels} come with their braces' content, or empty. */
    void sample(String name, String labels, double value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        out.append(' ').append(number(value)).append('\n');
    }

    /** A family with one sample. */
    void gauge(String name, String help, String labels, double value) {
        family(name, "gauge", help);
        sample(name, labels, value);
    }

    /** A counter with one series, and the time it was created. */
    void counter(String name, String help, String labels, double value, double created) {
        counters(name, help, new String[] {labels}, new double[] {value}, created);
    }

    /** A counter with several series. */
    void counters(String name, String help, String[] labels, double[] values, double created) {
        family(name + "_total", "counter", help);
        for (int i = 0; i < labels.length; i++) {
            sample(name + "_total", labels[i], values[i]);
        }
        family(name + "_created", "gauge", help);
        for (String label : labels) {
            sample(name + "_created", label, created);
        }
    }

    /**
     * The samples of one histogram.
     *
     * @param before labels whose names sort before {@code le}, or empty
     * @param after labels whose names sort after it, or empty
     */
    void buckets(String name, String before, String after, BucketHistogram histogram) {
        String front = before.isEmpty() ? "" : before + ",";
        String back = after.isEmpty() ? "" : "," + after;
        for (int i = 0; i <= histogram.buckets(); i++) {
            String bound = i == histogram.buckets() ? "+Inf" : number(histogram.bound(i));
            sample(name + "_bucket", front + "le=\"" + bound + "\"" + back, histogram.cumulative(i));
        }
        String all = before.isEmpty() || after.isEmpty() ? before + after : before + "," + after;
        sample(name + "_count", all, histogram.count());
        sample(name + "_sum", all, histogram.sum());
    }

    /** A histogram with one series. */
    void histogram(String name, String help, String before, String after, BucketHistogram histogram, double created) {
        family(name, "histogram", help);
        buckets(name, before, after, histogram);
        String all = before.isEmpty() || after.isEmpty() ? before + after : before + "," + after;
        gauge(name + "_created", help, all, created);
    }

    @Override
    public String toString() {
        return out.toString();
    }

    /** A number as Python's client writes it: {@code 4.0}, {@code 0.3}, {@code 1.7954e+09} from a million on. */
    static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (Double.isNaN(value)) {
            return "NaN";
        }
        double size = Math.abs(value);
        if (size != 0 && size < 1e-4) {
            return Double.toString(value)
                    .replaceAll("E-(\\d)$", "e-0$1")
                    .replace("E", "e")
                    .replace(".0e", "e");
        }
        String plain = new BigDecimal(Double.toString(value)).toPlainString();
        if (!plain.contains(".")) {
            plain += ".0";
        }
        int dot = plain.indexOf('.');
        if (value > 0 && dot > 6) {
            String digits = plain.charAt(0) + "." + plain.substring(1, dot) + plain.substring(dot + 1);
            return digits.replaceAll("[0.]+$", "") + "e+0" + (dot - 1);
        }
        return plain;
    }
}
