package dev.plimsoll.reports.render;

import java.util.List;

/**
 * One metric of one node over time.
 *
 * @param node the node's name
 * @param metric the metric's name
 * @param points in order; an instant without a value has none
 * @param failures readings that should have been there and failed
 */
public record NodeLane(String node, String metric, List<Point> points, long failures) {
    /** Copies the list. */
    public NodeLane {
        points = List.copyOf(points);
    }

    /**
     * One or more samples in a row.
     *
     * @param t the first one's instant, in seconds since the load began
     * @param min the smallest
     * @param max the largest
     * @param sum all added
     * @param count how many
     */
    public record Point(double t, double min, double max, double sum, long count) {
        /** Their mean. */
        public double mean() {
            return sum / count;
        }

        /** This point and the next as one. */
        Point plus(Point next) {
            return new Point(
                    Math.min(t, next.t),
                    Math.min(min, next.min),
                    Math.max(max, next.max),
                    sum + next.sum,
                    count + next.count);
        }
    }

    /** The smallest value of all points; infinite where there is none. */
    public double min() {
        return points.stream().mapToDouble(Point::min).min().orElse(Double.POSITIVE_INFINITY);
    }

    /** The largest value of all points; infinite where there is none. */
    public double max() {
        return points.stream().mapToDouble(Point::max).max().orElse(Double.NEGATIVE_INFINITY);
    }

    /** The mean over all samples. */
    public double mean() {
        double sum = points.stream().mapToDouble(Point::sum).sum();
        return sum / points.stream().mapToLong(Point::count).sum();
    }
}
