package io.portolan.sender.feedback;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The words of an HTML page, without any claim to render it. One pass; takes anything. */
final class HtmlText {
  private static final Set<String> BLOCKS =
      Set.of(
          "br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "td", "hr", "pre", "ul");
  private static final Map<String, String> ENTITIES =
      Map.of("lt", "<", "gt", ">", "amp", "&", "quot", "\"", "nbsp", " ", "#39", "'", "#64", "@");

  private static final int LONGEST_ENTITY = 9;

  private HtmlText() {}

  static List<String> lines(List<String> html) {
    String page = String.join("\n", html);
    String lower = page.toLowerCase(Locale.ROOT);
    StringBuilder out = new StringBuilder(page.length());
    int i = 0;
    while (i < page.length()) {
      char c = page.charAt(i);
      if (c == '<') {
        int end = page.indexOf('>', i);
        if (end < 0) {
          break;
        }
        String name = name(lower, i + 1, end);
        if (name.equals("style") || name.equals("script") || name.equals("head")) {
          int close = lower.indexOf("</" + name, end);
          end = close < 0 ? page.length() - 1 : Math.max(close, page.indexOf('>', close));
        } else if (BLOCKS.contains(name)) {
          out.append('\n');
        } else if (name.contains("@")) {
          out.append(page, i, end + 1); // an address that nobody escaped
        }
        i = end + 1;
      } else if (c == '&') {
        int end = page.indexOf(';', i, Math.min(page.length(), i + LONGEST_ENTITY));
        String text =
            end > 0 ? ENTITIES.get(page.substring(i + 1, end).toLowerCase(Locale.ROOT)) : null;
        out.append(text == null ? "&" : text);
        i = text == null ? i + 1 : end + 1;
      } else {
        out.append(c == '\n' ? ' ' : c);
        i++;
      }
    }
    return MailParts.lines(out.toString());
  }

  private static String name(String page, int start, int end) {
    int from = start < end && page.charAt(start) == '/' ? start + 1 : start;
    int to = from;
    while (to < end && page.charAt(to) > ' ' && page.charAt(to) != '/') {
      to++;
    }
    return page.substring(from, to);
  }
}
