package io.portolan.sender.smtp;

/**
 * What a message asks of a peer.
 *
 * @param eightBit whether any octet is above ASCII (RFC 6152)
 * @param internationalHeader whether such an octet is in the header (RFC 6532)
 * @param bareLineBreak whether a CR or LF stands alone
 */
record MessageTraits(boolean eightBit, boolean internationalHeader, boolean bareLineBreak) {

  static MessageTraits of(byte[] message) {
    boolean eightBit = false;
    boolean internationalHeader = false;
    boolean bareLineBreak = false;
    boolean inHeader = true;
    int lineStart = 0;
    for (int i = 0; i < message.length; i++) {
      byte octet = message[i];
      if (octet < 0) {
        eightBit = true;
        internationalHeader |= inHeader;
      } else if (octet == '\n') {
        bareLineBreak |= i == 0 || message[i - 1] != '\r';
        inHeader &= i - 1 > lineStart; // an empty line ends it
        lineStart = i + 1;
      } else if (octet == '\r') {
        bareLineBreak |= i + 1 == message.length || message[i + 1] != '\n';
      }
    }
    return new MessageTraits(eightBit, internationalHeader, bareLineBreak);
  }
}
