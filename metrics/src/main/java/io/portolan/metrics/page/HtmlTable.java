package io.portolan.metrics.page;

import java.util.List;

/** A table that scrolls by itself where it is wider than the page. Not thread-safe. */
final class HtmlTable {
  private final StringBuilder out = new StringBuilder(1_024);
  private final int texts;

  /**
   * @param name what the table holds, plain text
   * @param id in the page; empty for none
   * @param texts how many columns hold text; the others hold numbers
   * @param headings plain text
   */
  HtmlTable(String name, String id, int texts, List<String> headings) {
    this.texts = texts;
    String label = Page.escape(name);
    out.append("<div class=wide tabindex=0 role=region aria-label=\"").append(label).append("\">");
    out.append("<table aria-label=\"").append(label).append('"');
    if (!id.isEmpty()) {
      out.append(" id=").append(id);
    }
    out.append("><thead><tr>");
    for (int i = 0; i < headings.size(); i++) {
      out.append("<th scope=col")
          .append(isText(i) ? " class=t>" : ">")
          .append(Page.escape(headings.get(i)));
    }
    out.append("</tr></thead><tbody>");
  }

  /**
   * @param kind the row's class; empty for none
   * @param cells HTML
   */
  HtmlTable row(String kind, List<String> cells) {
    out.append(kind.isEmpty() ? "<tr>" : "<tr class=" + kind + ">");
    for (int i = 0; i < cells.size(); i++) {
      out.append(isText(i) ? "<td class=t>" : "<td>").append(cells.get(i));
    }
    out.append("</tr>\n");
    return this;
  }

  /** A row whose numbers have cells of a class each. */
  HtmlTable coloured(List<String> names, List<Cell> cells) {
    out.append("<tr>");
    names.forEach(name -> out.append("<td class=t>").append(name));
    cells.forEach(
        cell -> out.append("<td class=\"h ").append(cell.kind()).append("\">").append(cell.html()));
    out.append("</tr>\n");
    return this;
  }

  /**
   * @param kind its class
   */
  record Cell(String kind, String html) {}

  String html() {
    return out + "</tbody></table></div>";
  }

  private boolean isText(int column) {
    return column < texts;
  }
}
