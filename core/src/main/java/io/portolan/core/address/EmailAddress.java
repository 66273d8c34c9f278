package io.portolan.core.address;

import java.util.Locale;

/**
 * A mailbox address: RFC 5321 section 4.1.2 with quoted local parts, international characters as in
 * RFC 6531. Address literals ({@code user@[192.0.2.1]}) are refused, and so are domains without a
 * dot.
 *
 * <p>Two addresses are equal when their {@link #key keys} are. The key lower-cases the domain and
 * the local part. RFC 5321 section 2.4 leaves the case of a local part to its host, yet no mailbox
 * provider tells {@code Anna@} from {@code anna@}, and a suppressed person must stay suppressed
 * however a list spells them. Dots and plus tags are kept: what they mean differs by provider.
 */
public final class EmailAddress implements Comparable<EmailAddress> {
  // RFC 5321 4.5.3.1.3: a path has 256 octets, two of which are the angle brackets
  private static final int MAX_OCTETS = 254;

  private final String asWritten;
  private final String localPart;
  private final Domain domain;
  private final String key;

  private EmailAddress(String asWritten, String localPart, Domain domain, String key) {
    this.asWritten = asWritten;
    this.localPart = localPart;
    this.domain = domain;
    this.key = key;
  }

  /**
   * Reads an address as people write it. Spaces and tabs around it are dropped; anything else that
   * is no part of an address, such as a display name, refuses it.
   *
   * @throws InvalidAddressException if it is no address to which a campaign can be sent
   */
  public static EmailAddress parse(String text) {
    String written = strippedOfBlanks(text);
    if (written.length() > MAX_OCTETS) {
      throw tooLong(written, written.length());
    }
    int at = LocalPart.end(written);
    String localPart = written.substring(0, at);
    Domain domain = domainAfter(written, at);
    int octets = LocalPart.octets(localPart) + 1 + domain.name().length();
    if (octets > MAX_OCTETS) {
      throw tooLong(written, octets);
    }
    String key = LocalPart.canonical(localPart) + '@' + domain.name();
    return new EmailAddress(written, localPart, domain, key);
  }

  /** The key of an address that somebody else wrote; of what is no address, its lower case. */
  public static String keyOf(String text) {
    try {
      return parse(text).key();
    } catch (InvalidAddressException e) {
      return text.toLowerCase(Locale.ROOT);
    }
  }

  /** The address as it was given, to show to people. */
  public String asWritten() {
    return asWritten;
  }

  /** What stands before the @, with its quotes if it was quoted. */
  public String localPart() {
    return localPart;
  }

  public Domain domain() {
    return domain;
  }

  /** The form in which addresses are compared and found: equal keys are one mailbox. */
  public String key() {
    return key;
  }

  /** The form for MAIL and RCPT: the local part as written, the domain in A-labels. */
  public String forEnvelope() {
    return localPart + '@' + domain.name();
  }

  /** Whether the peer must offer SMTPUTF8 (RFC 6531): the local part has characters above ASCII. */
  public boolean needsSmtpUtf8() {
    return !Characters.isAscii(localPart);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EmailAddress address && key.equals(address.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public int compareTo(EmailAddress other) {
    return key.compareTo(other.key);
  }

  /** As written. */
  @Override
  public String toString() {
    return asWritten;
  }

  private static Domain domainAfter(String written, int at) {
    for (int i = at + 1; i < written.length(); i++) {
      char c = written.charAt(i);
      if (c < ' ') {
        throw new InvalidAddressException(written, "has " + Characters.named(c) + " in the domain");
      }
      if (c == '@') {
        throw new InvalidAddressException(written, "has more than one @");
      }
    }
    try {
      return new Domain(written.substring(at + 1));
    } catch (InvalidAddressException e) {
      throw new InvalidAddressException(written, e.reason());
    }
  }

  private static InvalidAddressException tooLong(String written, int octets) {
    return new InvalidAddressException(
        written, "is " + octets + " characters long; " + MAX_OCTETS + " are allowed");
  }

  private static String strippedOfBlanks(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isBlank(text.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
