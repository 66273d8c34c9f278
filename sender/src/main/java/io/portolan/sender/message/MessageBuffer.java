package io.portolan.sender.message;

import io.portolan.sender.dkim.BodyHash;
import io.portolan.sender.exchange.Lines;
import java.nio.charset.StandardCharsets;
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

  /** Whether what stands from a place on ends with CRLF. */
  boolean endsLine(int from) {
    return length - from >= 2 && octets[length - 2] == '\r' && octets[length - 1] == '\n';
  }

  MessageBuffer octets(MessageBuffer more, int from, int to) {
    return octets(more.octets, from, to);
  }

  int length() {
    return length;
  }

  int capacity() {
    return octets.length;
  }

  /** The lines from one place to another; what is added must stand behind them. */
  Lines lines(int from, int to) {
    return Lines.of(octets, from, to);
  }

  /** The octets so far as UTF-8. */
  String text() {
    return new String(octets, 0, length, StandardCharsets.UTF_8);
  }

  /** Goes on with the hash of a body over its lines from one place to another. */
  void hash(BodyHash hash, int from, int to) {
    hash.feed(octets, from, to);
  }

  /** The octets; those of the buffer itself if it is full, so that nothing may be added then. */
  byte[] toArray() {
    return length == octets.length ? octets : Arrays.copyOf(octets, length);
  }

  private void ensure(int more) {
    if (octets.length - length < more) {
      octets = Arrays.copyOf(octets, Math.max(octets.length * 2, length + more));
    }
  }
}
