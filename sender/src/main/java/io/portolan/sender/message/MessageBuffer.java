package io.portolan.sender.message;

import java.util.Arrays;

/** The octets of a message while it is written. Not thread-safe. */
final class MessageBuffer {
  private byte[] octets;
  private int length;

  MessageBuffer(int capacity) {
    octets = new byte[Math.max(capacity, 64)];
  }

  /** Appends text whose characters are all ASCII. */
  MessageBuffer ascii(String text) {
    int count = text.length();
    ensure(count);
    for (int i = 0; i < count; i++) {
      octets[length + i] = (byte) text.charAt(i);
    }
    length += count;
    return this;
  }

  MessageBuffer octets(byte[] more) {
    return octets(more, 0, more.length);
  }

  MessageBuffer octets(byte[] more, int from, int to) {
    ensure(to - from);
    System.arraycopy(more, from, octets, length, to - from);
    length += to - from;
    return this;
  }

  MessageBuffer octet(int octet) {
    ensure(1);
    octets[length++] = (byte) octet;
    return this;
  }

  MessageBuffer crlf() {
    return octet('\r').octet('\n');
  }

  boolean endsLine() {
    return length >= 2 && octets[length - 2] == '\r' && octets[length - 1] == '\n';
  }

  byte[] toArray() {
    return Arrays.copyOf(octets, length);
  }

  private void ensure(int more) {
    if (octets.length - length < more) {
      octets = Arrays.copyOf(octets, Math.max(octets.length * 2, length + more));
    }
  }
}
