package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

final class MarkupTest {
    @Test
    void textAndAttributesAreEscaped() {
        String markup = new Markup()
                .element("p", "a<b> & \"c\" 'd'", "title", "\"><script>")
                .finish();
        assertEquals("<p title=\"&quot;&gt;&lt;script&gt;\">a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</p>", markup);
    }

    @Test
    void charactersThatXmlCannotHoldOrThatTurnTheTextAreReplaced() {
        assertEquals(
                "<p>\ufffd\ufffd[31m\ufffd\ufffd\ufffd</p>",
                new Markup().element("p", "\u0000\u001b[31m\u202e\ud800\uffff").finish());
    }

    @Test
    void openElementIsAnError() {
        Markup markup = new Markup().open("p");
        assertThrows(IllegalStateException.class, markup::finish);
    }

    @Property
    void anyTextComesBackFromAParser(@ForAll String text) {
        Document document =
                TestingXml.parse(new Markup().element("p", text, "title", text).finish());
        StringBuilder expected = new StringBuilder();
        /* What cannot be held is replaced; a parser makes one line feed of a carriage return. */
        text.codePoints().forEach(c -> expected.appendCodePoint(Markup.allowed(c) ? c : 0xFFFD));
        String normal = expected.toString().replace("\r\n", "\n").replace('\r', '\n');
        assertEquals(normal, document.getDocumentElement().getTextContent());
    }

    @Test
    void clippedTextSaysSo() {
        assertEquals("abcd", Markup.clip("abcd", 4));
        assertEquals("abc…", Markup.clip("abcde", 4));
    }

    @Test
    void placesInDrawingsAreShortAndWithoutLocale() {
        assertEquals("12", Markup.px(12.04));
        assertEquals("12.1", Markup.px(12.05));
        assertEquals("-0.5", Markup.px(-0.5));
    }
}
