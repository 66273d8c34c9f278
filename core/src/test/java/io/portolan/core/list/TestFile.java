package io.portolan.core.list;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Collections;

/** Files that tests read: long ones that are in no memory, and ones that come in small pieces. */
final class TestFile {
  private TestFile() {}

  static InputStream of(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  static InputStream of(InputStream... parts) {
    return new SequenceInputStream(Collections.enumeration(Arrays.asList(parts)));
  }

  static InputStream repeated(char character, int count) {
    return new InputStream() {
      private int left = count;

      @Override
      public int read() {
        return left-- > 0 ? character : -1;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) {
        if (left <= 0) {
          return -1;
        }
        int given = Math.min(left, length);
        Arrays.fill(bytes, offset, offset + given, (byte) character);
        left -= given;
        return given;
      }
    };
  }

  /** Cannot be read. */
  static InputStream broken(String message) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException(message);
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        throw new IOException(message);
      }
    };
  }

  /** Gives up to {@code size} bytes with every read. */
  static InputStream inPieces(String text, int size) {
    InputStream whole = of(text);
    return new InputStream() {
      @Override
      public int read() throws IOException {
        return whole.read();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return whole.read(bytes, offset, Math.min(size, length));
      }
    };
  }
}
