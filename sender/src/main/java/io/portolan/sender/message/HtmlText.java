package io.portolan.sender.message;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns text into HTML and HTML into text. The second is for the reader whose mail program shows no
 * HTML: paragraphs, line breaks, list items and the addresses of links stay, all else of the layout
 * goes.
 */
final class HtmlText {
  private static final Map<String, String> ENTITIES =
      Map.ofEntries(
          Map.entry("amp", "&"),
          Map.entry("lt", "<"),
          Map.entry("gt", ">"),
          Map.entry("quot", "\""),
          Map.entry("apos", "'"),
          Map.entry("nbsp", "\u00A0"),
          Map.entry("copy", "\u00A9"),
          Map.entry("reg", "\u00AE"),
          Map.entry("trade", "\u2122"),
          Map.entry("euro", "\u20AC"),
          Map.entry("pound", "\u00A3"),
          Map.entry("hellip", "\u2026"),
          Map.entry("ndash", "\u2013"),
          Map.entry("mdash", "\u2014"),
          Map.entry("lsquo", "\u2018"),
          Map.entry("rsquo", "\u2019"),
          Map.entry("ldquo", "\u201C"),
          Map.entry("rdquo", "\u201D"),
          Map.entry("laquo", "\u00AB"),
          Map.entry("raquo", "\u00BB"),
          Map.entry("bull", "\u2022"),
          Map.entry("middot", "\u00B7"),
          Map.entry("rarr", "\u2192"),
          Map.entry("times", "\u00D7"),
          Map.entry("auml", "\u00E4"),
          Map.entry("ouml", "\u00F6"),
          Map.entry("uuml", "\u00FC"),
          Map.entry("Auml", "\u00C4"),
          Map.entry("Ouml", "\u00D6"),
          Map.entry("Uuml", "\u00DC"),
          Map.entry("szlig", "\u00DF"),
          Map.entry("eacute", "\u00E9"),
          Map.entry("egrave", "\u00E8"),
          Map.entry("agrave", "\u00E0"),
          Map.entry("ccedil", "\u00E7"),
          Map.entry("zwnj", ""),
          Map.entry("shy", ""));

  private static final int LONGEST_ENTITY = 10;

  private final String html;
  private final StringBuilder text;
  private int at;
  private int pendingBreaks;
  private boolean pendingSpace;
  private @Nullable String link;
  private int linkStart;

  private HtmlText(String html) {
    this.html = html;
    this.text = new StringBuilder(html.length() / 2);
  }

  /** What of a page can be read as text. Takes any text for HTML; never fails. */
  static String toText(String html) {
    return new HtmlText(html).read();
  }

  private String read() {
    while (at < html.length()) {
      char c = html.charAt(at);
      if (c == '<' && isMarkup(at + 1)) {
        tag();
      } else if (c == '&') {
        entity();
      } else if (c <= ' ') {
        pendingSpace = true;
        at++;
      } else {
        append(c);
        at++;
      }
    }
    if (!text.isEmpty()) {
      text.append('\n');
    }
    return text.toString();
  }

  private boolean isMarkup(int index) {
    if (index >= html.length()) {
      return false;
    }
    char c = html.charAt(index);
    return c == '!' || c == '/' || c == '?' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private void tag() {
    if (html.startsWith("<!--", at)) {
      skipPast("-->");
      return;
    }
    int end = endOfTag(at);
    int start = at + (html.charAt(at + 1) == '/' ? 2 : 1);
    int stop = start;
    while (stop < end && Character.isLetterOrDigit(html.charAt(stop))) {
      stop++;
    }
    String name = html.substring(start, stop).toLowerCase(Locale.ROOT);
    boolean opens = html.charAt(at + 1) != '/';
    String attributes = html.substring(stop, end);
    at = Math.min(end + 1, html.length());
    switch (name) {
      case "head", "style", "script", "title" -> {
        if (opens) {
          skipElement(name);
        }
      }
      case "br" -> pendingBreaks++;
      case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote" -> breakTo(2);
      case "div", "tr", "section", "article", "header", "footer" -> breakTo(1);
      case "hr" -> {
        breakTo(1);
        appendAll("----");
        breakTo(1);
      }
      case "li" -> {
        breakTo(1);
        if (opens) {
          appendAll("-");
          pendingSpace = true;
        }
      }
      case "td", "th" -> pendingSpace = true;
      case "img" -> appendAll(attribute(attributes, "alt"));
      case "a" -> link(opens, attributes);
      default -> {
        // any other tag leaves the text as it is
      }
    }
  }

  private void link(boolean opens, String attributes) {
    if (opens) {
      String address = attribute(attributes, "href");
      link =
          address.startsWith("http:")
                  || address.startsWith("https:")
                  || address.startsWith("mailto:")
              ? address
              : null;
      linkStart = text.length();
    } else if (link != null) {
      String address = link.startsWith("mailto:") ? link.substring("mailto:".length()) : link;
      boolean isShown = text.indexOf(address, Math.min(linkStart, text.length())) >= 0;
      if (!isShown) {
        pendingSpace = true;
        appendAll("<" + address + ">");
      }
      link = null;
    }
  }

  private String attribute(String attributes, String name) {
    for (int i = attributes.indexOf(name); i >= 0; i = attributes.indexOf(name, i + 1)) {
      int value = i + name.length();
      while (value < attributes.length() && attributes.charAt(value) <= ' ') {
        value++;
      }
      boolean isName =
          i > 0 && attributes.charAt(i - 1) <= ' ' && attributes.startsWith("=", value);
      if (isName) {
        return decoded(unquoted(attributes.substring(value + 1).strip()));
      }
    }
    return "";
  }

  private static String unquoted(String value) {
    if (value.isEmpty()) {
      return value;
    }
    char quote = value.charAt(0);
    if (quote == '"' || quote == '\'') {
      int end = value.indexOf(quote, 1);
      return value.substring(1, end < 0 ? value.length() : end);
    }
    int end = 0;
    while (end < value.length() && value.charAt(end) > ' ') {
      end++;
    }
    return value.substring(0, end);
  }

  private static String decoded(String value) {
    if (value.indexOf('&') < 0) {
      return value;
    }
    HtmlText reader = new HtmlText(value);
    while (reader.at < value.length()) {
      if (value.charAt(reader.at) == '&') {
        reader.entity();
      } else {
        reader.text.append(value.charAt(reader.at++));
      }
    }
    return reader.text.toString();
  }

  private void entity() {
    int limit = Math.min(html.length(), at + LONGEST_ENTITY);
    int end = html.indexOf(';', at, limit);
    String decoded = end < 0 ? null : entity(html.substring(at + 1, end));
    if (decoded == null) {
      append('&');
      at++;
      return;
    }
    appendAll(decoded);
    at = end + 1;
  }

  private static @Nullable String entity(String name) {
    if (!name.startsWith("#")) {
      return ENTITIES.get(name);
    }
    try {
      boolean isHex = name.startsWith("#x") || name.startsWith("#X");
      int point =
          isHex ? Integer.parseInt(name.substring(2), 16) : Integer.parseInt(name.substring(1));
      return Character.isValidCodePoint(point) && point != 0 ? Character.toString(point) : null;
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }

  private void skipElement(String name) {
    int end = at;
    while (end >= 0 && end < html.length()) {
      end = html.indexOf("</", end);
      if (end >= 0 && html.regionMatches(true, end + 2, name, 0, name.length())) {
        at = Math.min(endOfTag(end) + 1, html.length());
        return;
      }
      end = end < 0 ? end : end + 2;
    }
    at = html.length();
  }

  private void skipPast(String mark) {
    int end = html.indexOf(mark, at);
    at = end < 0 ? html.length() : end + mark.length();
  }

  /**
   * The index of the {@code >} that ends a tag, which may stand in its quoted attributes; the
   * length if none does.
   */
  private int endOfTag(int from) {
    char quote = 0;
    for (int i = from; i < html.length(); i++) {
      char c = html.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        return i;
      }
    }
    return html.length();
  }

  private void breakTo(int lines) {
    pendingBreaks = Math.max(pendingBreaks, lines);
  }

  private void appendAll(String words) {
    for (int i = 0; i < words.length(); i++) {
      append(words.charAt(i));
    }
  }

  private void append(char c) {
    if (!text.isEmpty()) {
      if (pendingBreaks > 0) {
        text.repeat('\n', Math.min(pendingBreaks, 2));
      } else if (pendingSpace) {
        text.append(' ');
      }
    }
    pendingBreaks = 0;
    pendingSpace = false;
    text.append(c);
  }
}
