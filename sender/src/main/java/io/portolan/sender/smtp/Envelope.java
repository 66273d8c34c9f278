package io.portolan.sender.smtp;

/**
 * The reverse path and the one forward path of a message, in the form in which MAIL and RCPT name
 * them: local part as written, domain in A-labels, no angle brackets.
 *
 * @param returnPath empty for the null reverse path
 */
public record Envelope(String returnPath, String recipient) {
  public Envelope {
    check(returnPath);
    check(recipient);
    if (recipient.isEmpty()) {
      throw new IllegalArgumentException("recipient is empty");
    }
  }

  /** Whether MAIL must bear SMTPUTF8 (RFC 6531, section 3.4). */
  boolean isInternational() {
    return hasNonAscii(returnPath) || hasNonAscii(recipient);
  }

  /** Refuses what could end the path or the command early. */
  private static void check(String path) {
    boolean quoted = false;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c < ' ' || c == 0x7f || (!quoted && (c == ' ' || c == '<' || c == '>'))) {
        throw new IllegalArgumentException("not a path: " + path.replaceAll("\\p{Cntrl}", "?"));
      }
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++; // a quoted pair; what it quotes was checked when the path was made, save for controls
        if (i < path.length() && (path.charAt(i) < ' ' || path.charAt(i) == 0x7f)) {
          throw new IllegalArgumentException("not a path: " + path.replaceAll("\\p{Cntrl}", "?"));
        }
      }
    }
    if (quoted) {
      throw new IllegalArgumentException("not a path, a quote is open: " + path);
    }
  }

  private static boolean hasNonAscii(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) > 0x7e) {
        return true;
      }
    }
    return false;
  }
}
