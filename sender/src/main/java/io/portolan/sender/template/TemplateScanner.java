package io.portolan.sender.template;

import io.portolan.core.InvalidException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads the tags of a template before the Handlebars library does: refuses the parts of the
 * language that reach outside the template (partials, decorators, raw blocks, other delimiters),
 * and finds the block that was left open, where the library knows only that the template ended.
 */
final class TemplateScanner {
  private static final int MAX_DEPTH = 50;

  private record Block(String name, int at) {}

  /**
   * Where a tag outside all blocks stands, or a block outside all others with all that is in it.
   *
   * @param end behind its last character, or behind the last but one of "}}}"
   */
  record Region(int start, int end) {}

  private final TemplatePart part;
  private final String source;
  private final Deque<Block> open = new ArrayDeque<>();
  private final List<Region> regions = new ArrayList<>();

  private TemplateScanner(TemplatePart part, String source) {
    this.part = part;
    this.source = source;
  }

  /**
   * What is not plain text, in order.
   *
   * @throws InvalidException at the first tag that is refused or does not pair
   */
  static List<Region> scan(TemplatePart part, String source) {
    TemplateScanner scanner = new TemplateScanner(part, source);
    scanner.scan();
    return List.copyOf(scanner.regions);
  }

  private void scan() {
    int next = 0;
    int start = 0;
    while (true) {
      int tag = source.indexOf("{{", next);
      if (tag < 0) {
        break;
      }
      if (open.isEmpty()) {
        start = tag;
      }
      next = isEscaped(tag) ? tag + 2 : scanTag(tag);
      if (open.isEmpty()) {
        regions.add(new Region(start, next));
      }
    }
    if (!open.isEmpty()) {
      Block block = open.pop();
      throw refused(
          block.at(),
          "the block {{#"
              + block.name()
              + "}} is not closed; {{/"
              + block.name()
              + "}} is missing");
    }
  }

  /**
   * @return where to look for the next tag
   */
  private int scanTag(int tag) {
    if (source.startsWith("{{{{", tag)) {
      throw refused(tag, "raw blocks ({{{{ }}}}) are not offered");
    }
    int at = tag + 2;
    if (peek(at) == '{') {
      at++;
    }
    if (peek(at) == '~') {
      at++;
    }
    if (peek(at) == '!') {
      return endOfComment(at);
    }
    at = skipBlanks(at);
    char sigil = peek(at);
    switch (sigil) {
      case '>' -> throw refused(tag, "partials ({{> }}) are not offered");
      case '*' -> throw refused(tag, "decorators ({{* }}) are not offered");
      case '=' -> throw refused(tag, "the delimiters {{ }} cannot be changed");
      case '#' -> open(tag, skipBlanks(at + 1));
      case '^' -> {
        int name = skipBlanks(at + 1);
        // a bare {{^}} is another way to write {{else}}
        if (peek(name) != '}' && peek(name) != '~') {
          open(tag, name);
        }
      }
      case '/' -> close(tag, skipBlanks(at + 1));
      default -> {
        // a value: the library reads it
      }
    }
    return endOfTag(at);
  }

  private void open(int tag, int name) {
    switch (peek(name)) {
      case '>' -> throw refused(tag, "partials ({{#> }}) are not offered");
      case '*' -> throw refused(tag, "decorators ({{#* }}) are not offered");
      default -> {
        open.push(new Block(nameAt(name), tag));
        checkHelper(name);
      }
    }
    if (open.size() > MAX_DEPTH) {
      throw refused(tag, "blocks are nested more than " + MAX_DEPTH + " deep");
    }
  }

  /** A block with arguments needs a helper; the library would not say where it is missing. */
  private void checkHelper(int at) {
    String name = nameAt(at);
    int argument = skipBlanks(at + name.length());
    boolean hasArgument =
        argument < source.length()
            && "}~".indexOf(source.charAt(argument)) < 0
            && !source.startsWith("as |", argument);
    if (hasArgument && MergeHelpers.find(name) == null) {
      throw refused(at, MergeHelpers.unknown(name));
    }
  }

  private void close(int tag, int name) {
    String closing = nameAt(name);
    Block block = open.poll();
    if (block == null) {
      throw refused(tag, "{{/" + closing + "}} closes a block that was not opened");
    }
    if (!block.name().equals(closing)) {
      throw refused(
          tag,
          "{{/"
              + closing
              + "}} is found where {{/"
              + block.name()
              + "}} must close the block of line "
              + Place.of(source, block.at()).line());
    }
  }

  private int endOfComment(int mark) {
    // only the long form of a comment may hold a tag
    boolean isLong = source.startsWith("!--", mark);
    int end = source.indexOf(isLong ? "--" : "}}", isLong ? mark + 3 : mark);
    while (isLong
        && end >= 0
        && !source.startsWith("}}", end + 2)
        && !source.startsWith("~}}", end + 2)) {
      end = source.indexOf("--", end + 1);
    }
    if (end < 0) {
      throw refused(mark - 2, "the comment is not closed");
    }
    return end + 2;
  }

  private int endOfTag(int from) {
    char quote = 0;
    for (int i = from; i < source.length(); i++) {
      char c = source.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '}' && peek(i + 1) == '}') {
        return i + 2;
      }
    }
    // a tag without an end, which the library reports; nothing after it is a tag
    return source.length();
  }

  private String nameAt(int start) {
    int end = start;
    while (end < source.length()
        && !Character.isWhitespace(source.charAt(end))
        && "}~".indexOf(peek(end)) < 0) {
      end++;
    }
    return source.substring(start, end);
  }

  private int skipBlanks(int at) {
    int end = at;
    while (end < source.length() && Character.isWhitespace(source.charAt(end))) {
      end++;
    }
    return end;
  }

  private boolean isEscaped(int tag) {
    return tag > 0 && source.charAt(tag - 1) == '\\';
  }

  private char peek(int at) {
    return at < source.length() ? source.charAt(at) : 0;
  }

  private InvalidException refused(int at, String reason) {
    return part.refused(Place.of(source, at), reason);
  }
}
