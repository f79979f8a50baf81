package dev.plimsoll.reports.render;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table for a terminal: columns as wide as their widest cell, parted by two blanks. Where the whole would be wider than
 * the line, columns are dropped, the least important first, and the widest text is cut; a row never wraps.
 */
final class Columns {
    private static final String GAP = "  ";
    private static final int SHORTEST_CUT = 8;

    private final List<String> heads = new ArrayList<>();
    private final List<Boolean> right = new ArrayList<>();
    private final List<Integer> importance = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /** Adds a column; the one with the highest number is dropped first, and one with 0 never. */
    Columns column(String head, boolean alignRight, int dropOrder) {
        heads.add(head);
        right.add(alignRight);
        importance.add(dropOrder);
        return this;
    }

    Columns row(String... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException("a row has " + heads.size() + " cells, not " + cells.length);
        }
        rows.add(List.of(cells));
        return this;
    }

    /** The lines, each at most that wide, the heads first; each begins with that many blanks. */
    List<String> lines(int width, int indent) {
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < heads.size(); i++) {
            shown.add(i);
        }
        int[] widths = widths();
        while (total(shown, widths) + indent > width && dropped(shown)) {}
        int excess = total(shown, widths) + indent - width;
        if (excess > 0) {
            int widest = shown.stream()
                    .max((a, b) -> Integer.compare(widths[a], widths[b]))
                    .orElseThrow();
            widths[widest] = Math.max(SHORTEST_CUT, widths[widest] - excess);
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(heads, shown, widths, indent));
        rows.forEach(row -> lines.add(line(row, shown, widths, indent)));
        return lines;
    }

    private boolean dropped(List<Integer> shown) {
        int last = -1;
        for (int i : shown) {
            if (importance.get(i) > 0 && (last < 0 || importance.get(i) >= importance.get(last))) {
                last = i;
            }
        }
        return last >= 0 && shown.remove(Integer.valueOf(last));
    }

    private int[] widths() {
        int[] widths = new int[heads.size()];
        Arrays.setAll(widths, i -> heads.get(i).length());
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private static int total(List<Integer> shown, int[] widths) {
        return shown.stream().mapToInt(i -> widths[i]).sum() + GAP.length() * (shown.size() - 1);
    }

    private String line(List<String> cells, List<Integer> shown, int[] widths, int indent) {
        StringBuilder line = new StringBuilder(" ".repeat(indent));
        for (int k = 0; k < shown.size(); k++) {
            int i = shown.get(k);
            String cell = Markup.clip(cells.get(i), widths[i]);
            String pad = " ".repeat(widths[i] - cell.length());
            line.append(k == 0 ? "" : GAP).append(right.get(i) ? pad + cell : cell + pad);
        }
        return line.toString().stripTrailing();
    }
}
