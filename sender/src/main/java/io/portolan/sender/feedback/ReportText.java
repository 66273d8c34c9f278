package io.portolan.sender.feedback;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a mail says in words, parted from the message that it cites.
 *
 * @param lines of the report, at most {@value #MAX_LINES}, none longer than {@value #MAX_LINE}, of
 *     {@value #MAX_CHARACTERS} together
 * @param original the headers of the cited message; empty where none is cited
 */
record ReportText(List<String> lines, Headers original) {
  static final int MAX_LINES = 600;
  static final int MAX_LINE = 1_500;
  static final int MAX_CHARACTERS = 40_000;
  private static final int HEADERS_IN_A_ROW = 3;
  private static final Pattern MARKER =
      Pattern.compile(
          "^[\\s\\-*=_>|.]{0,30}(?:below this line is|(?:this|here|following|attached|below) (?:is|are) (?:a |the )?(?:copy|header|first|text|content)|(?:the )?(?:headers?|body|text|copy|content|start)s?(?: text)? of (?:the |your )?(?:original|returned|unsent|message|undelivered)|(?:your |the )?(?:original|unsent|returned|undelivered|bounced|rejected)[- ](?:e-?mail|mail|message)(?: text| header| as)?s?(?: (?:is|are|follows?|attached|below|included))*+\\s*+[-:.*=]{0,40}+\\s*+$|(?:unsent|returned|original|undelivered) (?:e-?mail|mail|message) follows|message (?:header|text|content)s?(?: follows?)?\\s*+[-:]{1,40}+\\s*+$|forwarded message\\b)",
          Pattern.CASE_INSENSITIVE);
  private static final Set<String> HEADERS =
      Set.of(
          "received",
          "return-path",
          "message-id",
          "from",
          "to",
          "subject",
          "date",
          "mime-version",
          "content-type",
          "content-transfer-encoding",
          "dkim-signature",
          "domainkey-signature",
          "cc",
          "reply-to",
          "sender",
          "x-mailer",
          "delivered-to",
          "authentication-results",
          "importance",
          "list-unsubscribe",
          "x-originating-ip",
          "user-agent",
          "in-reply-to",
          "references");

  // what a mail has and a report's list of "Subject, Date, To" has not
  private static final Set<String> TRACES =
      Set.of("received", "return-path", "message-id", "mime-version", "dkim-signature", "x-mailer");

  ReportText {
    lines = List.copyOf(lines);
  }

  /** Gathers the text parts before the first part that is the original message. */
  static ReportText of(MailParts mail) {
    List<String> text = new ArrayList<>();
    Headers original = Headers.read(List.of());
    boolean hasPlain = mail.parts().stream().anyMatch(part -> part.type().equals("text/plain"));
    for (MailParts.Part part : mail.parts()) {
      if (part.isOriginal()) {
        if (original.isEmpty()) {
          original = firstHeaders(part.lines());
        }
      } else if (part.isText() && !(hasPlain && part.type().equals("text/html"))) {
        List<String> lines =
            part.type().equals("text/html") ? HtmlText.lines(part.lines()) : part.lines();
        for (String line : lines) {
          if (text.size() < MAX_LINES * 4) {
            text.add(line.length() > MAX_LINE ? line.substring(0, MAX_LINE) : line);
          }
        }
        text.add("");
      }
    }
    return cut(unquoted(text), original);
  }

  private static ReportText cut(List<String> text, Headers attached) {
    int end = text.size();
    Headers original = attached;
    for (int i = 0; i < text.size(); i++) {
      boolean isMarker = i > 0 && MARKER.matcher(text.get(i)).find();
      if (isMarker || (i > 0 && isHeaderBlock(text, i))) {
        Headers cited = firstHeaders(text.subList(isMarker ? i + 1 : i, text.size()));
        // a marker with nothing behind it is a sentence of the report
        if (isOriginal(cited) || (isMarker && i > text.size() / 2)) {
          end = i;
          original = original.isEmpty() ? cited : original;
          break;
        }
      }
    }
    return new ReportText(bounded(text.subList(0, Math.min(end, MAX_LINES))), original);
  }

  /** What is worth being read: a report has said what it has to say long before. */
  private static List<String> bounded(List<String> lines) {
    int characters = 0;
    for (int i = 0; i < lines.size(); i++) {
      characters += lines.get(i).length() + 1;
      if (characters > MAX_CHARACTERS) {
        return lines.subList(0, i);
      }
    }
    return lines;
  }

  private static boolean isOriginal(Headers headers) {
    int known = 0;
    for (String name : HEADERS) {
      known += headers.has(name) ? 1 : 0;
    }
    return known >= 2 && !Recognition.isSystemSender(headers.text("from").toLowerCase(Locale.ROOT));
  }

  /**
   * The block of headers that begins a text, after empty and other lines of which there are few.
   */
  private static Headers firstHeaders(List<String> lines) {
    int start = 0;
    while (start < lines.size() && start < 12 && !isHeader(lines.get(start))) {
      start++;
    }
    if (start >= lines.size() || !isHeader(lines.get(start))) {
      return Headers.read(List.of());
    }
    String indent = indent(lines.get(start));
    List<String> block = new ArrayList<>();
    for (String line : lines.subList(start, Math.min(lines.size(), start + 300))) {
      if (line.isBlank()) {
        break;
      }
      block.add(line.startsWith(indent) ? line.substring(indent.length()) : line);
    }
    return Headers.read(block);
  }

  private static String indent(String line) {
    int end = 0;
    while (end < line.length() && (line.charAt(end) == ' ' || line.charAt(end) == '\t')) {
      end++;
    }
    return line.substring(0, end);
  }

  private static boolean isHeader(String line) {
    String bare = line.stripLeading();
    int colon = Headers.colonOf(bare);
    return colon > 0
        && (HEADERS.contains(bare.substring(0, colon).strip().toLowerCase(Locale.ROOT))
            || bare.startsWith("X-"));
  }

  private static boolean isHeaderBlock(List<String> lines, int start) {
    String first = lines.get(start);
    if (!isHeader(first)) {
      return false;
    }
    int headers = 0;
    boolean isTraced = false;
    String indent = indent(first);
    for (int i = start; i < lines.size() && i < start + 30; i++) {
      String line = lines.get(i);
      boolean continues =
          headers > 0
              && line.length() > indent.length()
              && line.startsWith(indent)
              && (line.charAt(indent.length()) == ' ' || line.charAt(indent.length()) == '\t');
      if (continues) {
        continue;
      }
      if (!isHeader(line)) {
        break;
      }
      headers++;
      isTraced |= TRACES.contains(name(line));
    }
    return isTraced && headers >= HEADERS_IN_A_ROW - 1;
  }

  private static String name(String header) {
    String bare = header.stripLeading();
    return bare.substring(0, Math.max(0, Headers.colonOf(bare))).strip().toLowerCase(Locale.ROOT);
  }

  /** A mail that somebody forwarded line by line with a mark before each. */
  static List<String> unquoted(List<String> lines) {
    long quoted = lines.stream().filter(line -> line.startsWith(">")).count();
    long written = lines.stream().filter(line -> !line.isBlank()).count();
    if (quoted * 2 < written) {
      return lines;
    }
    return lines.stream()
        .map(line -> line.startsWith("> ") ? line.substring(2) : line.equals(">") ? "" : line)
        .toList();
  }

  /** All of the report as one text. */
  String all() {
    return String.join("\n", lines);
  }

  /** The cited message's recipient where it has one. */
  Optional<String> originalTo() {
    List<MailAddresses.Found> to = MailAddresses.in(Headers.decodedWords(original.text("to")));
    return to.size() == 1 ? Optional.of(to.getFirst().address()) : Optional.empty();
  }
}
