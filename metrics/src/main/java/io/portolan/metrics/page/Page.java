package io.portolan.metrics.page;

import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * The frame that all pages share, written from top to bottom: no script, no font, no image from
 * elsewhere; for screens large and small, light and dark, and for paper (A4, landscape).
 *
 * <p>Not thread-safe.
 */
final class Page {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  // on a phone wide things scroll by themselves; on paper nothing scrolls, so that they shrink
  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
      <title>{title}</title><link rel="icon" href="data:,">
      <style>
      body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1c2733;background:#fff}
      h1{font-size:1.5rem;margin:0 0 .2rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2rem 0 .5rem}p.note{color:#5a6b7b;margin:.2rem 0 1rem}
      table{border-collapse:collapse;width:100%}th,td{padding:.3rem .55rem;text-align:right;border-bottom:1px solid #e3e9ee}
      th{font-weight:600;color:#44525f;border-bottom:2px solid #c8d2da}th.t,td.t{text-align:left}tr.path td{color:#44525f;background:#fafcfd}
      tr.path td.t:first-child{padding-left:1.6rem}.cards{display:flex;flex-wrap:wrap;gap:.7rem}.card{border:1px solid #dbe3ea;border-radius:.5rem;padding:.6rem .9rem;min-width:7rem}
      .card b{display:block;font-size:1.35rem}.card span{color:#5a6b7b}small{color:#5a6b7b}code{font-size:.9em;overflow-wrap:anywhere}
      .legend span{margin-right:1.2rem;white-space:nowrap}.legend{display:flex;flex-wrap:wrap}.wide{overflow-x:auto}tr.total td{border-top:2px solid #c8d2da}
      figure{margin:0}figure svg{display:block;min-width:44rem}details{margin:.3rem 0}summary{color:#5a6b7b;cursor:pointer}ul.say{padding-left:1.2rem}
      svg text{font:11px system-ui,sans-serif;fill:#5a6b7b}.axis{stroke:#c8d2da}
      .ok{fill:#2f7d5b}.okp{fill:#a8cdbb}.bad{fill:#b3423a}.soft{fill:#e08a5b}.block{fill:#7a1f4b}.later{fill:#d39b2d}.path{fill:#6a5acd}.gone{fill:#8a97a3}
      .c0{fill:#b3423a}.c1{fill:#e08a5b}.c2{fill:#d39b2d}.c3{fill:#7a1f4b}.c4{fill:#6a5acd}.c5{fill:#2f7d8a}.c6{fill:#7a8f3c}.c7{fill:#8a97a3}
      .line{fill:none;stroke-width:1.8}.band{opacity:.2}.line.bad{stroke:#b3423a;fill:none}.line.block{stroke:#7a1f4b;fill:none;stroke-dasharray:5 3}
      #heat th:not(.t),td.h{text-align:center}.h1{background:#e3f2ea}.h2{background:#f8efc9}.h3{background:#f6d3ae}.h4{background:#eba697}.h5{background:#c95b50;color:#fff}.h5 small{color:#fff}
      .band2{opacity:.35}.limit{stroke:#b3423a;stroke-width:1.5;stroke-dasharray:4 3}a{color:inherit}
      .key{display:inline-block;width:13px;height:13px;vertical-align:-2px}
      @media screen and (prefers-color-scheme:dark){body{background:#11181f;color:#dbe4ec}th,td{border-color:#27323c}tr.path td{background:#151e26;color:#a9b8c5}
      .card{border-color:#2b3843}th,small,p.note,summary,.card span{color:#9fb0be}svg text{fill:#9fb0be}.block,.c3{fill:#c0588f}.line.block{stroke:#c0588f}.axis{stroke:#3a4753}
      .h1{background:#173327}.h2{background:#3f391a}.h3{background:#533518}.h4{background:#6d2f25}.h5{background:#9c3a31}}
      @media print{@page{size:A4 landscape;margin:11mm}body{font-size:9pt;margin:0;max-width:none;padding:0;print-color-adjust:exact;-webkit-print-color-adjust:exact}
      h2{break-after:avoid;margin-top:1.2rem}figure,tr,.card{break-inside:avoid}thead{display:table-header-group}.wide{overflow:visible}figure svg{min-width:0}
      details{display:none}table{font-size:7pt}th,td{padding:.12rem .22rem}.card{padding:.2rem .5rem;min-width:5rem}.card b{font-size:1.1rem}.cards{gap:.35rem}}
      </style></head><body>
      """;

  private final StringBuilder out = new StringBuilder(32_768);

  /**
   * @param title plain text
   */
  Page(String title) {
    String escaped = escape(title);
    out.append(HEAD.replace("{title}", escaped)).append("<h1>").append(escaped).append("</h1>");
  }

  /** What a page says below its title. */
  Page note(String text) {
    out.append("<p class=note>").append(escape(text)).append("</p>");
    return this;
  }

  /** Begins a part. */
  Page section(String title) {
    out.append("<h2>").append(escape(title)).append("</h2>");
    return this;
  }

  /**
   * Adds a plot with what it shows in figures, for those who cannot see it.
   *
   * @param svg as {@link #svg} begins it
   */
  Page figure(String svg, HtmlTable figures) {
    out.append("<figure><div class=wide tabindex=0 role=region aria-label=Plot>")
        .append(svg)
        .append("</div><details><summary>The same in figures</summary>")
        .append(figures.html())
        .append("</details></figure>");
    return this;
  }

  Page table(HtmlTable table) {
    out.append(table.html());
    return this;
  }

  /**
   * Says what the colours of a plot mean.
   *
   * @param pairs of class and label
   */
  Page legend(List<String> pairs) {
    out.append("<p class=legend>");
    for (int i = 0; i < pairs.size(); i += 2) {
      out.append("<span><svg width=13 height=13 aria-hidden=true><rect class=")
          .append(pairs.get(i))
          .append(" width=13 height=13 /></svg> ")
          .append(escape(pairs.get(i + 1)))
          .append("</span>");
    }
    out.append("</p>");
    return this;
  }

  /** Sentences, one below the other. */
  Page sentences(List<String> sentences) {
    out.append("<ul class=say>");
    sentences.forEach(sentence -> out.append("<li>").append(escape(sentence)));
    out.append("</ul>");
    return this;
  }

  /** Adds what is HTML already. */
  Page html(String html) {
    out.append(html);
    return this;
  }

  /** The whole page. */
  String end() {
    return out.append("</body></html>\n").toString();
  }

  static String card(String label, long count) {
    return "<div class=card><b>"
        + Figures.number(count)
        + "</b><span>"
        + escape(label)
        + "</span></div>";
  }

  /** The beginning of a plot. */
  static StringBuilder svg(String label, int width, int height) {
    return new StringBuilder("<svg role=img aria-label=\"")
        .append(escape(label))
        .append("\" viewBox=\"0 0 ")
        .append(width)
        .append(' ')
        .append(height)
        .append("\" width=\"100%\">");
  }

  static String time(Instant at) {
    return TIME.format(at);
  }

  /** A rate with bounds and denominator. */
  static String rate(Rate rate) {
    return rate.of() == 0
        ? "<small>none</small>"
        : Figures.share(rate.value(), rate.low(), rate.high()).replace("[", "<small>[")
            + " of "
            + Figures.number(rate.of())
            + "</small>";
  }

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
