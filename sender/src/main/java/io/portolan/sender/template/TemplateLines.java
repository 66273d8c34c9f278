package io.portolan.sender.template;

import io.portolan.sender.template.MergeTemplate.Run;
import io.portolan.sender.template.TemplateScanner.Region;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template at line ends into runs of lines that no tag touches and runs of those that one
 * does. A block's lines stay together, and so does each run that varies and has nothing but slots,
 * apart from what needs Handlebars.
 *
 * <p>Only LF cuts: a lone CR at a cut and an LF from a value behind it would become one line end
 * where they meet, and two where they do not.
 */
final class TemplateLines {
  private final TemplatePart part;
  private final String source;
  private final List<Cut> cuts = new ArrayList<>();

  private TemplateLines(TemplatePart part, String source) {
    this.part = part;
    this.source = source;
  }

  private enum Kind {
    FIXED,
    SLOTS,
    HANDLEBARS
  }

  private record Cut(int start, int end, Kind kind) {}

  /**
   * @param regions that are not plain text, in order
   */
  static List<Run> cut(TemplatePart part, String source, List<Region> regions) {
    // a ~ takes blanks and line ends away on its side, and a backslash makes a tag text
    if (source.contains("~}}") || source.contains("{~") || source.contains("\\{{")) {
      return List.of(new Run(source, true));
    }
    TemplateLines lines = new TemplateLines(part, source);
    lines.cut(regions);
    return lines.cuts.stream()
        .map(cut -> new Run(source.substring(cut.start(), cut.end()), cut.kind() != Kind.FIXED))
        .toList();
  }

  private void cut(List<Region> regions) {
    int done = 0;
    int next = 0;
    while (next < regions.size()) {
      int start = source.lastIndexOf('\n', regions.get(next).start()) + 1;
      int end = endOfLine(regions.get(next).end());
      next++;
      // a tag that begins on the line may end on another
      while (next < regions.size() && regions.get(next).start() < end) {
        end = Math.max(end, endOfLine(regions.get(next).end()));
        next++;
      }
      add(new Cut(done, start, Kind.FIXED));
      boolean slots = SlotTemplate.isOne(part, source.substring(start, end));
      add(new Cut(start, end, slots ? Kind.SLOTS : Kind.HANDLEBARS));
      done = end;
    }
    add(new Cut(done, source.length(), Kind.FIXED));
  }

  private void add(Cut cut) {
    if (cut.start() == cut.end()) {
      return;
    }
    if (!cuts.isEmpty() && cuts.getLast().kind() == cut.kind()) {
      cuts.add(new Cut(cuts.removeLast().start(), cut.end(), cut.kind()));
    } else {
      cuts.add(cut);
    }
  }

  private int endOfLine(int from) {
    int end = source.indexOf('\n', from);
    return end < 0 ? source.length() : end + 1;
  }
}
