package io.portolan.sender.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class HtmlTextTest {

  @Test
  void keepsWhatAReaderNeeds() {
    String page =
        """
        <!DOCTYPE html>
        <html>
        <head><title>Not this</title><style>p { color: red }</style></head>
        <body>
          <h1>Spring   &amp; Summer</h1>
          <p>Dear <b>Anna</b>,<br>have a
          look:</p>
          <ul><li>red</li><li>green &euro;5</li></ul>
          <p>See <a class="x" href="https://acme.example/?a=1&amp;b=2">our shop</a> or
             <a href='https://acme.example'>https://acme.example</a>, or
             <a href="mailto:help@acme.example">write</a>.</p>
          <table><tr><td>Total</td><td>19.90</td></tr><tr><td>VAT</td><td>0</td></tr></table>
          <!-- <p>hidden</p> --><script>if (a < b) { alert("x") }</script>
          <img src="x.png" alt="Logo"><hr><a href="#top">top</a>
        </body>
        </html>
        """;

    assertThat(HtmlText.toText(page))
        .isEqualTo(
            """
            Spring & Summer

            Dear Anna,
            have a look:

            - red
            - green €5

            See our shop <https://acme.example/?a=1&b=2> or https://acme.example, or write <help@acme.example>.

            Total 19.90
            VAT 0

            Logo
            ----
            top
            """);
  }

  @Test
  void takesBrokenPagesAsTheyAre() {
    assertThat(HtmlText.toText("")).isEmpty();
    assertThat(HtmlText.toText("a < b & c &unknown; &#x41;&#66;&#0;&#99999999;"))
        .isEqualTo("a < b & c &unknown; AB&#0;&#99999999;\n");
    assertThat(HtmlText.toText("x<a href=\"y")).isEqualTo("x\n");
    assertThat(HtmlText.toText("x<!-- y")).isEqualTo("x\n");
    assertThat(HtmlText.toText("x<style>y")).isEqualTo("x\n");
    assertThat(HtmlText.toText("x<p title='>'>y")).isEqualTo("x\n\ny\n");
    assertThat(HtmlText.toText("x</a>y<a href>z</a>")).isEqualTo("xyz\n");
    assertThat(HtmlText.toText("<a data-href='n' href = https://a.example>z</a>"))
        .isEqualTo("z <https://a.example>\n");
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void neverFails(@ForAll("pages") String page) {
    assertThatCode(() -> HtmlText.toText(page)).doesNotThrowAnyException();
  }

  @Test
  void readsLongBrokenPagesInLinearTime() {
    // each of these took minutes where the end of a tag or entity was sought anew from every start
    for (String piece :
        new String[] {"&", "<a ", "<!--", "<", "<style>", "</", "<a href='", "<a href=x>y</a>"}) {
      assertThat(HtmlText.toText(piece.repeat(200_000))).isNotNull();
    }
  }

  @Provide
  Arbitrary<String> pages() {
    return Arbitraries.of(
            "<",
            ">",
            "</",
            "<!--",
            "-->",
            "<p>",
            "<a href=",
            "\"",
            "'",
            "</a>",
            "&",
            "&amp;",
            "&#",
            ";",
            "x",
            " ",
            "\n",
            "<style>",
            "</style>",
            "<br/>",
            "<li",
            "=",
            "\uD800",
            "日")
        .list()
        .ofMaxSize(30)
        .map(list -> String.join("", list));
  }
}
