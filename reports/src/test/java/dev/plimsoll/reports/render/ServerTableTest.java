package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.results.ServerView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

final class ServerTableTest {
    private static final ServerView.Line LINE =
            new ServerView.Line("ttft_service", "", 3, Optional.of(40.0), 3, Optional.of(44.0));

    private static Document rendered(ServerView view) {
        Markup out = new Markup();
        ServerTable.render(out, view);
        return TestingXml.parse(out.finish());
    }

    private static List<String> cells(Document document) {
        List<String> cells = new ArrayList<>();
        var found = document.getElementsByTagName("td");
        for (int i = 0; i < found.getLength(); i++) {
            cells.add(found.item(i).getTextContent().replace('\u00a0', ' '));
        }
        return cells;
    }

    @Test
    void showsBothCountsBothMeansAndWhatLiesBetween() {
        ServerView.Line behind = new ServerView.Line("itl", "a < b", 5, Optional.of(10.0), 4, Optional.of(9.0));
        ServerView.Line silent = new ServerView.Line("itl", "warm", 0, Optional.empty(), 4, Optional.of(9.0));
        Document document = rendered(new ServerView(List.of(LINE, behind, silent), List.of("Both count 3.")));
        assertEquals(
                List.of(
                        "ttft_service",
                        "the whole run",
                        "3",
                        "3",
                        "40 ms",
                        "44 ms",
                        "4 ms", //
                        "itl",
                        "a < b",
                        "5",
                        "4",
                        "10 ms",
                        "9 ms",
                        "−1 ms", //
                        "itl",
                        "warm",
                        "0",
                        "4",
                        "–",
                        "9 ms",
                        "–"),
                cells(document).stream()
                        .map(cell -> cell.replaceAll("\\.0+ ms", " ms"))
                        .toList());
        assertTrue(document.getDocumentElement().getTextContent().contains("Both count 3."));
    }

    @Test
    void aLongTableIsCut() {
        String text = rendered(new ServerView(Collections.nCopies(70, LINE), List.of()))
                .getDocumentElement()
                .getTextContent();
        assertTrue(text.contains("and 10 more rows in summary.json"), text);
    }
}
