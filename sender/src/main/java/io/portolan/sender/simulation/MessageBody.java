package io.portolan.sender.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The data of one message as it arrives, dots already unstuffed, with what it breaks of RFC 5321.
 * One per connection, used for one message after another.
 */
final class MessageBody {
  private static final int MAX_LINE = 1000; // with CRLF, RFC 5321 section 4.5.3.1.6
  private static final int KEPT_CAPACITY = 256 * 1024;
  private static final String MESSAGE_ID = "message-id:";

  private final long maxBytes;
  private final MessageDigest digest;
  private byte[] bytes = new byte[4096];
  private long size;
  private int kept;
  private int lineLength;
  private byte last;
  private boolean eightBit;
  private boolean bareLineFeed;
  private boolean bareCarriageReturn;
  private boolean longLine;

  MessageBody(long maxBytes) {
    this.maxBytes = maxBytes;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  void start() {
    if (bytes.length > KEPT_CAPACITY) {
      bytes = new byte[4096];
    }
    size = 0;
    kept = 0;
    lineLength = 0;
    last = 0;
    eightBit = false;
    bareLineFeed = false;
    bareCarriageReturn = false;
    longLine = false;
  }

  /** Whether the next octet begins a line, or the message. */
  boolean atLineStart() {
    return lineLength == 0;
  }

  /** Takes octets up to and with the first CRLF, or all of them; returns how many. */
  int append(byte[] source, int from, int to) {
    int i = from;
    byte before = last;
    boolean lineEnd = false;
    while (i < to && !lineEnd) {
      byte octet = source[i++];
      if (before == '\r' && octet != '\n') {
        bareCarriageReturn = true;
      }
      if (octet < ' ') { // a control character, or negative: 8-bit
        if (octet < 0) {
          eightBit = true;
        } else if (octet == '\n') {
          lineEnd = before == '\r';
          bareLineFeed |= !lineEnd;
        }
      }
      before = octet;
    }
    int count = i - from;
    last = before;
    lineLength += count;
    longLine |= lineLength > MAX_LINE;
    if (lineEnd) {
      lineLength = 0;
      last = 0;
    }
    keep(source, from, count);
    return count;
  }

  private void keep(byte[] source, int from, int count) {
    size += count;
    if (size <= maxBytes) {
      int needed = kept + count;
      if (needed > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(bytes.length * 2L, maxBytes)));
      }
      System.arraycopy(source, from, bytes, kept, count);
      kept = needed;
    }
  }

  boolean tooBig() {
    return size > maxBytes;
  }

  boolean eightBit() {
    return eightBit;
  }

  /** What the data breaks of RFC 5321 sections 2.3.8 and 4.5.3.1.6. */
  Optional<String> violation() {
    if (bareLineFeed || bareCarriageReturn) {
      return Optional.of("CR or LF alone in data");
    }
    return longLine ? Optional.of("line of data over 998 octets") : Optional.empty();
  }

  /** What a mailbox holds of the message, with or without its text. */
  StoredMessage.Content content(boolean withText) {
    digest.update(bytes, 0, kept);
    String sha256 = HexFormat.of().formatHex(digest.digest());
    Optional<String> text =
        withText ? Optional.of(new String(bytes, 0, kept, ISO_8859_1)) : Optional.empty();
    return new StoredMessage.Content(messageId(), size, sha256, text);
  }

  private String messageId() {
    int line = 0;
    while (line < kept) {
      int end = lineEnd(line);
      if (end == line) {
        return "";
      }
      if (isMessageId(line, end)) {
        String value =
            new String(
                bytes, line + MESSAGE_ID.length(), end - line - MESSAGE_ID.length(), ISO_8859_1);
        return value.isBlank() ? folded(end + 2) : value.strip();
      }
      line = end + 2;
    }
    return "";
  }

  private String folded(int line) {
    return line < kept && bytes[line] == ' '
        ? new String(bytes, line, lineEnd(line) - line, ISO_8859_1).strip()
        : "";
  }

  private int lineEnd(int from) {
    int i = from;
    while (i < kept && bytes[i] != '\r') {
      i++;
    }
    return i;
  }

  private boolean isMessageId(int line, int end) {
    if (end - line < MESSAGE_ID.length() || (bytes[line] | 0x20) != 'm') {
      return false;
    }
    return new String(bytes, line, MESSAGE_ID.length(), ISO_8859_1)
        .toLowerCase(Locale.ROOT)
        .equals(MESSAGE_ID);
  }
}
