package dev.plimsoll.reports.render;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.ServerView;

/** What the server says of the same requests, beside what the clients saw. */
final class ServerTable {
    private static final int MAX_ROWS = 60;

    private ServerTable() {}

    static void render(Markup out, ServerView server) {
        out.line().open("section").element("h2", "What the server says");
        server.findings().forEach(finding -> out.element("p", finding));
        HtmlTables.begin(out, "metric", "phase", "server n", "clients n", "server mean", "clients mean", "between");
        for (ServerView.Line line : server.lines().stream().limit(MAX_ROWS).toList()) {
            out.open("tr").open("td").element("code", line.metric()).close();
            out.element("td", line.phase().isEmpty() ? "the whole run" : line.phase());
            HtmlTables.number(out, Quantities.count(line.serverCount()));
            HtmlTables.number(out, Quantities.count(line.clientCount()));
            HtmlTables.number(out, line.serverMean().map(Quantities::millis).orElse(Quantities.NONE));
            HtmlTables.number(out, line.clientMean().map(Quantities::millis).orElse(Quantities.NONE));
            HtmlTables.number(out, line.between().map(ServerTable::signed).orElse(Quantities.NONE));
            out.close();
        }
        HtmlTables.end(out);
        if (server.lines().size() > MAX_ROWS) {
            out.element("p", "… and " + (server.lines().size() - MAX_ROWS) + " more rows in summary.json.");
        }
        out.element(
                "p",
                "The server's means are sums divided by counts of its histograms, over the nodes that have a vllm probe."
                        + " Its clock starts when it has read a request, the clients' when they send it. The lines of phases"
                        + " are right to within one sample at each end.");
        out.close();
    }

    private static String signed(double millis) {
        return millis < 0 ? "−" + Quantities.millis(-millis) : Quantities.millis(millis);
    }
}
