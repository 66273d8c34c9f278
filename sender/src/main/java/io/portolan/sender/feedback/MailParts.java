package io.portolan.sender.feedback;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mail taken apart: its headers and its parts that hold text, in their order. Reads whatever it
 * is given, up to {@value #MAX_BYTES} bytes, {@value #MAX_DEPTH} levels and {@value #MAX_PARTS}
 * parts.
 *
 * <p>Own code, since reports come with lost boundaries, missing headers, mbox lines and three sorts
 * of line ends, and since the walk itself has to be bounded; transfer encodings, encoded words and
 * charset names are Jakarta Mail's.
 */
record MailParts(Headers headers, List<Part> parts) {
  static final int MAX_BYTES = 1 << 20;
  static final int MAX_DEPTH = 8;
  static final int MAX_PARTS = 60;
  private static final int MAX_LINES = 60_000;
  private static final int MAX_LINE = 8_000;
  private static final Pattern TYPE = Pattern.compile("^\\s*([\\w.+-]{1,60}/[\\w.+-]{1,60})");

  MailParts {
    parts = List.copyOf(parts);
  }

  /**
   * One part.
   *
   * @param type its media type in lower case, {@code text/plain} where none is given
   * @param lines of its text, decoded
   */
  record Part(String type, Headers headers, List<String> lines) {
    boolean isText() {
      return type.startsWith("text/") && !type.equals("text/rfc822-headers");
    }

    /** Whether it is the message that is reported on, or its headers. */
    boolean isOriginal() {
      return type.equals("message/rfc822")
          || type.equals("message/global")
          || type.equals("message/global-headers")
          || type.equals("message/rfc822-headers")
          || type.equals("text/rfc822-headers")
          || type.equals("text/rfc822");
    }
  }

  /** Takes a mail apart. */
  static MailParts of(byte[] mail) {
    byte[] bounded = mail.length > MAX_BYTES ? Arrays.copyOf(mail, MAX_BYTES) : mail;
    return of(lines(new String(bounded, StandardCharsets.ISO_8859_1)));
  }

  /** Takes a mail apart that is given by its lines. */
  static MailParts of(List<String> lines) {
    int start = 0;
    while (start < lines.size() && lines.get(start).isBlank()) {
      start++;
    }
    // RFC 4155: what an mbox puts before a mail
    if (start < lines.size() && lines.get(start).startsWith("From ")) {
      start++;
    }
    List<Part> parts = new ArrayList<>();
    Headers headers = new Walk(parts).entity(lines.subList(start, lines.size()), 0);
    return new MailParts(headers, parts);
  }

  /** Lines that end in LF, CR LF, CR CR LF or CR. */
  static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length() && lines.size() < MAX_LINES; i++) {
      char c = text.charAt(i);
      if (c != '\n' && c != '\r') {
        continue;
      }
      lines.add(text.substring(start, Math.min(i, start + MAX_LINE)));
      while (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\r') {
        i++;
      }
      if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
        i++;
      }
      start = i + 1;
    }
    if (start < text.length() && lines.size() < MAX_LINES) {
      lines.add(text.substring(start, Math.min(text.length(), start + MAX_LINE)));
    }
    return lines;
  }

  /** A parameter of a Content-Type; empty where it has none such. */
  static String parameter(String contentType, String name) {
    Matcher found =
        Pattern.compile(
                "[;\\s]" + name + "\\*?\\s*=\\s*(?:\"([^\"]*)\"?|([^;\\s]+))",
                Pattern.CASE_INSENSITIVE)
            .matcher(contentType);
    if (!found.find()) {
      return "";
    }
    return found.group(1) != null ? found.group(1) : found.group(2);
  }

  static String type(String contentType) {
    Matcher found = TYPE.matcher(contentType);
    return found.find() ? found.group(1).toLowerCase(Locale.ROOT) : "text/plain";
  }

  /** One walk through a mail, which adds what it finds. */
  private static final class Walk {
    private final List<Part> parts;

    Walk(List<Part> parts) {
      this.parts = parts;
    }

    /** Reads headers and body; returns the headers. */
    Headers entity(List<String> lines, int depth) {
      Headers headers = Headers.read(lines);
      int body = 0;
      while (body < lines.size() && !lines.get(body).isBlank()) {
        body++;
      }
      body(headers, lines.subList(Math.min(body + 1, lines.size()), lines.size()), depth);
      return headers;
    }

    private void body(Headers headers, List<String> lines, int depth) {
      String contentType = headers.text("content-type");
      String type = type(contentType);
      String boundary = parameter(contentType, "boundary");
      if (!boundary.isBlank() && depth < MAX_DEPTH) {
        List<List<String>> split = split(lines, "--" + boundary.stripTrailing());
        if (!split.isEmpty()) {
          for (List<String> part : split) {
            if (parts.size() < MAX_PARTS) {
              entity(part, depth + 1);
            }
          }
          return;
        }
      }
      if (type.startsWith("multipart/")) {
        type = "text/plain"; // a boundary that is nowhere: all there is is text
      }
      if (type.startsWith("text/") || type.startsWith("message/") || type.endsWith("json")) {
        parts.add(new Part(type, headers, decoded(headers, contentType, lines)));
      }
    }

    private static List<String> decoded(Headers headers, String contentType, List<String> lines) {
      String encoding = headers.text("content-transfer-encoding");
      byte[] raw = String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
      byte[] bytes = Charsets.transferDecoded(raw, encoding, MAX_BYTES);
      return lines(Charsets.text(bytes, parameter(contentType, "charset")));
    }

    /** The parts between the lines of a boundary (RFC 2046 section 5.1.1). */
    private static List<List<String>> split(List<String> lines, String delimiter) {
      List<List<String>> split = new ArrayList<>();
      int start = -1;
      for (int i = 0; i < lines.size() && split.size() < MAX_PARTS; i++) {
        String line = lines.get(i);
        if (line.startsWith(delimiter)) {
          String rest = line.substring(delimiter.length()).strip();
          if (!rest.isEmpty() && !rest.equals("--")) {
            continue; // the boundary of another level that begins alike
          }
          if (start >= 0) {
            split.add(lines.subList(start, i));
          }
          start = rest.isEmpty() ? i + 1 : -1;
        }
      }
      if (start >= 0 && start < lines.size()) {
        split.add(lines.subList(start, lines.size()));
      }
      return split;
    }
  }
}
