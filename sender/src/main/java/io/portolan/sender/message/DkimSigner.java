package io.portolan.sender.message;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Provider;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Signs finished messages (RFC 6376) over relaxed header and body, once with each of a domain's
 * keys.
 *
 * <p>Thread-safe; holds no state but the key.
 */
final class DkimSigner {
  /* Signed if the message has them. RFC 8058 section 4 wants both List-Unsubscribe fields covered. */
  private static final List<String> SIGNED =
      List.of(
          "from",
          "to",
          "subject",
          "date",
          "message-id",
          "reply-to",
          "mime-version",
          "content-type",
          "list-id",
          "list-unsubscribe",
          "list-unsubscribe-post",
          "feedback-id");

  /* Named once more than the message has them, so that another cannot be put in before delivery (RFC 6376 8.15). */
  private static final Set<String> OVERSIGNED = Set.of("from", "to", "subject", "date", "reply-to");

  private static final int LINE = 72;

  private final List<Signing> signings;

  private record Signing(DkimKey key, KeySigner signer) {}

  /**
   * @param keys of one domain
   * @param provider of signatures; empty for the JDK
   */
  DkimSigner(List<DkimKey> keys, Optional<Provider> provider) {
    signings = keys.stream().map(key -> new Signing(key, KeySigner.of(key, provider))).toList();
  }

  /**
   * Puts a DKIM-Signature field for each key before a message.
   *
   * @param message whose lines end with CRLF and whose fields occur once each
   * @param now for the {@code t=} tag
   */
  byte[] sign(byte[] message, Instant now) {
    int bodyStart = bodyStart(message);
    Map<String, String> fields = fields(message, bodyStart);
    StringBuilder names = new StringBuilder();
    StringBuilder signed = new StringBuilder();
    for (String name : SIGNED) {
      String field = fields.get(name);
      if (field != null) {
        append(names, name);
        signed.append(field).append("\r\n");
      }
      if (OVERSIGNED.contains(name)) {
        append(names, name);
      }
    }
    String covered = ";\r\n h=" + names + ";\r\n bh=" + bodyHash(message, bodyStart);
    StringBuilder header = new StringBuilder();
    for (Signing each : signings) {
      header.append(field(each, signed, covered, now));
    }
    return new MessageBuffer(message.length + header.length())
        .ascii(header.toString())
        .octets(message)
        .toArray();
  }

  /**
   * @param signed the fields that are signed, in relaxed form
   * @param covered the tags that say what is signed
   */
  private static String field(Signing signing, CharSequence signed, String covered, Instant now) {
    DkimKey key = signing.key();
    String unsigned =
        "DKIM-Signature: v=1; a="
            + key.algorithm().tag()
            + "; c=relaxed/relaxed; d="
            + key.domain()
            + ";\r\n s="
            + key.selector()
            + "; t="
            + now.getEpochSecond()
            + covered
            + ";\r\n b=";
    byte[] octets = (signed + relaxed(unsigned)).getBytes(StandardCharsets.UTF_8);
    byte[] signature =
        signing
            .signer()
            .sign(
                switch (key.algorithm()) {
                  case RSA -> octets;
                  // RFC 8463 section 3: what is signed is the hash
                  case ED25519 -> sha256(octets);
                });
    return unsigned + folded(Base64.getEncoder().encodeToString(signature)) + "\r\n";
  }

  /** The index after the empty line that ends the header. */
  private static int bodyStart(byte[] message) {
    for (int i = 0; i + 3 < message.length; i++) {
      if (message[i] == '\r'
          && message[i + 1] == '\n'
          && message[i + 2] == '\r'
          && message[i + 3] == '\n') {
        return i + 4;
      }
    }
    throw new IllegalArgumentException("the message has no end of header");
  }

  /** The fields in relaxed form by lower-case name. */
  private static Map<String, String> fields(byte[] message, int bodyStart) {
    String header = new String(message, 0, bodyStart - 2, StandardCharsets.UTF_8);
    Map<String, String> fields = new LinkedHashMap<>();
    int start = 0;
    while (start < header.length()) {
      int end = header.indexOf("\r\n", start);
      while (end + 2 < header.length() && isBlank(header.charAt(end + 2))) {
        end = header.indexOf("\r\n", end + 2);
      }
      String field = relaxed(header.substring(start, end));
      fields.put(field.substring(0, field.indexOf(':')), field);
      start = end + 2;
    }
    return fields;
  }

  /**
   * RFC 6376 3.4.2: lower-case name, unfolded, runs of blanks as one space, none around the colon
   * or at the end.
   */
  static String relaxed(String field) {
    int colon = field.indexOf(':');
    StringBuilder out = new StringBuilder(field.length());
    out.append(field.substring(0, colon).strip().toLowerCase(Locale.ROOT)).append(':');
    int valueStart = out.length();
    boolean blank = false;
    for (int i = colon + 1; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\r' || c == '\n') {
        continue;
      }
      if (isBlank(c)) {
        blank = true;
        continue;
      }
      if (blank && out.length() > valueStart) {
        out.append(' ');
      }
      blank = false;
      out.append(c);
    }
    return out.toString();
  }

  static String bodyHash(byte[] message, int bodyStart) {
    return Base64.getEncoder().encodeToString(sha256(relaxedBody(message, bodyStart)));
  }

  private static byte[] sha256(byte[] octets) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(octets);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * RFC 6376 3.4.4: no blanks at the end of a line, runs of blanks as one space, no empty lines at
   * the end.
   */
  static byte[] relaxedBody(byte[] message, int bodyStart) {
    MessageBuffer out = new MessageBuffer(message.length - bodyStart + 2);
    int emptyLines = 0;
    int lineStart = bodyStart;
    while (lineStart < message.length) {
      int end = lineStart;
      while (end < message.length && message[end] != '\r') {
        end++;
      }
      int stop = end;
      while (stop > lineStart && isBlank((char) message[stop - 1])) {
        stop--;
      }
      if (stop == lineStart) {
        emptyLines++;
      } else {
        while (emptyLines > 0) {
          out.crlf();
          emptyLines--;
        }
        relaxedLine(out, message, lineStart, stop);
        out.crlf();
      }
      lineStart = end + 2;
    }
    return out.toArray();
  }

  private static void relaxedLine(MessageBuffer out, byte[] message, int from, int to) {
    int plain = from;
    for (int i = from; i < to; i++) {
      boolean isRun =
          isBlank((char) message[i]) && (message[i] == '\t' || isBlank((char) message[i + 1]));
      if (isRun) {
        out.octets(message, plain, i).octet(' ');
        while (isBlank((char) message[i + 1])) {
          i++;
        }
        plain = i + 1;
      }
    }
    out.octets(message, plain, to);
  }

  /** Adds a name to the {@code h=} tag, which may be folded at its colons. */
  private static void append(StringBuilder names, String name) {
    int lineStart = names.lastIndexOf("\n") + 1;
    boolean isFull = names.length() - lineStart + name.length() > LINE;
    names.append(names.isEmpty() ? "" : isFull ? ":\r\n " : ":").append(name);
  }

  /** Breaks base64, which may be folded anywhere. */
  private static String folded(String value) {
    StringBuilder lines = new StringBuilder(value.length() + value.length() / LINE * 3);
    for (int i = 0; i < value.length(); i += LINE) {
      lines.append(i == 0 ? "" : "\r\n ").append(value, i, Math.min(i + LINE, value.length()));
    }
    return lines.toString();
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
