package io.portolan.sender.exchange;

import io.portolan.sender.smtp.SmtpScene;
import io.portolan.sender.wire.DeadlineWatch;
import io.portolan.sender.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection without a network: the peer's lines are given, what is written is kept, and a chosen
 * write breaks. One reply comes with each read; then the peer has closed.
 */
public final class ScriptedPeer extends Socket {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final List<Integer> writes = new ArrayList<>();
  private final byte[] replies;
  private int position;
  private int breakingAt = Integer.MAX_VALUE;
  private boolean heardOn;
  private boolean arrived;

  public ScriptedPeer(String... lines) {
    replies = (String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Lets the write of this index fail, after which nothing is heard either. */
  ScriptedPeer breakingAt(int write) {
    breakingAt = write;
    return this;
  }

  /** Lets what was said before the write that fails be heard all the same. */
  ScriptedPeer heardOn() {
    heardOn = true;
    return this;
  }

  /**
   * Lets all that is said have arrived once something was written, each reply in its own packet.
   */
  ScriptedPeer arrived() {
    arrived = true;
    return this;
  }

  Dialogue dialogue(DeadlineWatch watch, boolean pipelining) {
    try {
      return new Dialogue(new Wire(this, watch), SmtpScene.patient(), pipelining);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String written() {
    return written.toString(StandardCharsets.UTF_8);
  }

  /** The sizes of the writes so far. */
  List<Integer> writes() {
    return List.copyOf(writes);
  }

  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() {
        return position < replies.length ? replies[position++] & 0xff : -1;
      }

      @Override
      public int available() {
        return arrived && !writes.isEmpty() ? replies.length - position : 0;
      }

      @Override
      public int read(byte[] target, int start, int length) {
        int count = 0;
        int octet = 0;
        while (count < length && octet != '\n') {
          octet = read();
          if (octet < 0) {
            return count == 0 ? -1 : count;
          }
          target[start + count++] = (byte) octet;
        }
        return count;
      }
    };
  }

  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
      }

      @Override
      public void write(byte[] octets, int start, int length) throws IOException {
        if (writes.size() == breakingAt) {
          position = heardOn ? position : replies.length;
          throw new IOException("broken pipe");
        }
        writes.add(length);
        written.write(octets, start, length);
      }
    };
  }
}
