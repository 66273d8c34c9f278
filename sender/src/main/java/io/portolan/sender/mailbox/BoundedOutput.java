package io.portolan.sender.mailbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Takes so many bytes and refuses the rest. Not thread-safe. */
final class BoundedOutput extends OutputStream {
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
  private final int most;

  BoundedOutput(int most) {
    this.most = most;
  }

  /** Says that no more is taken. */
  static final class FullException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int room = most - taken.size();
    taken.write(bytes, from, Math.min(room, length));
    if (length > room) {
      throw new FullException();
    }
  }

  byte[] toByteArray() {
    return taken.toByteArray();
  }
}
