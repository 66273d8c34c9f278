package io.portolan.sender.exchange;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The reverse path and the one forward path of a message, in the form in which MAIL and RCPT name
 * them: local part as written, domain in A-labels, no angle brackets.
 *
 * @param returnPath empty for the null reverse path
 * @param id what a status notification shall name the message by (RFC 3461 section 4.4): up to
 *     {@value #MAX_ID} letters and digits; empty where none is asked for
 */
public record Envelope(String returnPath, String recipient, String id) {
  /** RFC 3461 section 4.4. */
  private static final int MAX_ID = 100;

  /** RFC 5321 section 4.5.3.1.4, with the line's end. */
  private static final int MAX_COMMAND = 512;

  private static final int LINE_END = 2;
  // of letters and digits the xtext of RFC 3461 section 4 is the text itself
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{0," + MAX_ID + "}");

  public Envelope {
    if (!ID.matcher(id).matches() || (returnPath.isEmpty() && !id.isEmpty())) {
      throw new IllegalArgumentException("not an envelope id for <" + returnPath + ">: " + id);
    }
    check(returnPath);
    check(recipient);
    if (recipient.isEmpty()) {
      throw new IllegalArgumentException("recipient is empty");
    }
  }

  /** Of a message about which no status notification is asked for beyond what hosts do anyway. */
  public Envelope(String returnPath, String recipient) {
    this(returnPath, recipient, "");
  }

  /** Whether a peer that offers DSN is told what to report and how (RFC 3461). */
  boolean asksForReports() {
    return !id.isEmpty();
  }

  /** Adds to MAIL that a report shall bear the id and, of the message, the header alone. */
  void addReturn(StringBuilder mail) {
    mail.append(" RET=HDRS ENVID=").append(id);
  }

  /**
   * Adds to RCPT which reports are wanted and whom they shall name, whatever aliases and forwarders
   * make of the address. The name is left out where the command would be too long with it.
   */
  void addNotify(StringBuilder rcpt) {
    rcpt.append(" NOTIFY=FAILURE,DELAY");
    int end = rcpt.length();
    if (hasNonAscii(recipient)) {
      // RFC 6533 section 3: the peer that takes such an address offers SMTPUTF8, and so takes UTF-8
      rcpt.append(" ORCPT=utf-8;");
      addEscaped(rcpt, "\\x{", "}", true);
    } else {
      rcpt.append(" ORCPT=rfc822;");
      addEscaped(rcpt, "+", "", false);
    }
    // one character is three octets of UTF-8 at most
    if (rcpt.length() > MAX_COMMAND / 3 && octets(rcpt) + LINE_END > MAX_COMMAND) {
      rcpt.setLength(end);
    }
  }

  /** The recipient with the characters escaped that would end or change a parameter's value. */
  private void addEscaped(StringBuilder to, String before, String after, boolean backslash) {
    if (recipient.indexOf('+') < 0
        && recipient.indexOf('=') < 0
        && recipient.indexOf(' ') < 0
        && recipient.indexOf('\\') < 0) {
      to.append(recipient); // as nearly all are
      return;
    }
    for (int i = 0; i < recipient.length(); i++) {
      char c = recipient.charAt(i);
      if (c == '+' || c == '=' || c == ' ' || (backslash && c == '\\')) {
        to.append(before).append(Integer.toHexString(c).toUpperCase(Locale.ROOT)).append(after);
      } else {
        to.append(c);
      }
    }
  }

  private static int octets(CharSequence text) {
    return text.toString().getBytes(StandardCharsets.UTF_8).length;
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
