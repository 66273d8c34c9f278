package io.portolan.sender.dkim;

import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Signs messages (RFC 6376) over relaxed header and body, once with each of a domain's keys.
 *
 * <p>Thread-safe; keeps the keys, and the last message's {@code h=} tag.
 */
public final class DkimSigner {
  /*
   * Signed if the message has them, and each named once more than it has them, so that another
   * cannot be put above it and shown in its place (RFC 6376 8.15): none may stand twice. RFC 8058
   * section 4 wants both List-Unsubscribe fields covered.
   */
  private static final List<String> SIGNED =
      List.of(
          "from",
          "to",
          "cc",
          "subject",
          "date",
          "message-id",
          "reply-to",
          "mime-version",
          "content-type",
          "content-transfer-encoding",
          "list-id",
          "list-unsubscribe",
          "list-unsubscribe-post",
          "feedback-id");

  private static final int LINE = 72;

  private final List<Signing> signings;
  private volatile Names names = Names.of(0);

  private record Signing(DkimKey key, KeySigner signer) {}

  /**
   * The names in an {@code h=} tag.
   *
   * @param present a bit for each place in {@link #SIGNED} of which the message has the field
   */
  private record Names(int present, String text) {
    static Names of(int present) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < SIGNED.size(); i++) {
        if ((present & 1 << i) != 0) {
          append(text, SIGNED.get(i));
        }
        append(text, SIGNED.get(i));
      }
      return new Names(present, text.toString());
    }

    /** Adds a name; the tag may be folded at its colons. */
    private static void append(StringBuilder text, String name) {
      int lineStart = text.lastIndexOf("\n") + 1;
      boolean isFull = text.length() - lineStart + name.length() > LINE;
      text.append(text.isEmpty() ? "" : isFull ? ":\r\n " : ":").append(name);
    }
  }

  /**
   * @param keys of one domain
   * @param provider of signatures; empty for the JDK
   */
  DkimSigner(List<DkimKey> keys, Optional<Provider> provider) {
    signings = keys.stream().map(key -> new Signing(key, KeySigner.of(key, provider))).toList();
  }

  /**
   * The DKIM-Signature fields that go before a message, one for each key, each ended by CRLF.
   *
   * @param header the message's fields, each ended by CRLF, none of them twice
   * @param bodyHash of its body, see {@link BodyHash#base64}
   * @param now for the {@code t=} tag
   */
  public String sign(String header, String bodyHash, Instant now) {
    StringBuilder signed = new StringBuilder(header.length());
    int present = 0;
    @Nullable String[] fields = fields(header);
    for (int i = 0; i < fields.length; i++) {
      if (fields[i] != null) {
        signed.append(fields[i]).append("\r\n");
        present |= 1 << i;
      }
    }
    String covered = ";\r\n h=" + names(present) + ";\r\n bh=" + bodyHash;
    StringBuilder signatures = new StringBuilder();
    for (Signing each : signings) {
      signatures.append(field(each, signed, covered, now));
    }
    return signatures.toString();
  }

  /**
   * What {@code h=} says of the fields that are present, which seldom differ from message to
   * message.
   */
  private String names(int present) {
    Names known = names;
    if (known.present() != present) {
      known = Names.of(present);
      names = known;
    }
    return known.text();
  }

  /**
   * @param signed the fields that are signed, in relaxed form
   * @param covered the tags that say what is signed
   */
  private static String field(Signing signing, StringBuilder signed, String covered, Instant now) {
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
                  case ED25519 -> BodyHash.sha256().digest(octets);
                });
    return unsigned + folded(Base64.getEncoder().encodeToString(signature)) + "\r\n";
  }

  /**
   * The fields that are signed, in relaxed form, each at the place of its name in {@link #SIGNED}.
   */
  private static @Nullable String[] fields(String header) {
    @Nullable String[] fields = new @Nullable String[SIGNED.size()];
    int start = 0;
    while (start < header.length()) {
      int end = header.indexOf("\r\n", start);
      while (end + 2 < header.length() && isBlank(header.charAt(end + 2))) {
        end = header.indexOf("\r\n", end + 2);
      }
      int place = SIGNED.indexOf(name(header, start));
      if (place >= 0) {
        fields[place] = relaxed(header.substring(start, end));
      }
      start = end + 2;
    }
    return fields;
  }

  /** The name of the field that starts there, in lower case. */
  private static String name(String header, int start) {
    return header.substring(start, header.indexOf(':', start)).strip().toLowerCase(Locale.ROOT);
  }

  /**
   * RFC 6376 3.4.2: lower-case name, unfolded, runs of blanks as one space, none around the colon
   * or at the end.
   */
  static String relaxed(String field) {
    StringBuilder out = new StringBuilder(field.length()).append(name(field, 0)).append(':');
    int valueStart = out.length();
    boolean blank = false;
    int at = field.indexOf(':') + 1;
    while (at < field.length()) {
      char c = field.charAt(at);
      if (isBlank(c) || isBreak(c)) {
        blank |= isBlank(c);
        at++;
        continue;
      }
      if (blank && out.length() > valueStart) {
        out.append(' ');
      }
      blank = false;
      int end = at + 1;
      while (end < field.length() && !isBlank(field.charAt(end)) && !isBreak(field.charAt(end))) {
        end++;
      }
      out.append(field, at, end);
      at = end;
    }
    return out.toString();
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

  private static boolean isBreak(char c) {
    return c == '\r' || c == '\n';
  }
}
