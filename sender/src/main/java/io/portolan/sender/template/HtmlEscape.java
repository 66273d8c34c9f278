package io.portolan.sender.template;

import org.jspecify.annotations.Nullable;

/** Escapes values for HTML. */
final class HtmlEscape {
  private HtmlEscape() {}

  /** Text that stands for itself between tags and in a quoted attribute. */
  static String escape(CharSequence value) {
    int plain = 0;
    int length = value.length();
    while (plain < length && entityOf(value.charAt(plain)) == null) {
      plain++;
    }
    if (plain == length) {
      return value.toString();
    }
    StringBuilder html = new StringBuilder(length + 16).append(value, 0, plain);
    for (int i = plain; i < length; i++) {
      String entity = entityOf(value.charAt(i));
      if (entity == null) {
        html.append(value.charAt(i));
      } else {
        html.append(entity);
      }
    }
    return html.toString();
  }

  private static @Nullable String entityOf(char c) {
    return switch (c) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '"' -> "&quot;";
      case '\'' -> "&#39;";
      case '`' -> "&#96;";
      default -> null;
    };
  }
}
