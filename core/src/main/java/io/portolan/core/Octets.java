package io.portolan.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks at octets eight at a time, in one word: most of a message are plain ones, the printable of
 * ASCII, and only the others need a look by themselves. The tests for an octet within a word are
 * those of S. E. Anderson's Bit Twiddling Hacks.
 */
public final class Octets {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long EACH = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long TABS = 0x0909_0909_0909_0909L;
  private static final long SPACES = 0x2020_2020_2020_2020L;
  private static final long DELETES = 0x7F7F_7F7F_7F7F_7F7FL;

  private Octets() {}

  /**
   * Where the first octet is, from a place on, that is a control character, a delete or above
   * ASCII.
   *
   * @return the end if there is none
   */
  public static int endOfPlain(byte[] octets, int from, int end) {
    int i = from;
    while (i + Long.BYTES <= end && isPlain((long) WORDS.get(octets, i))) {
      i += Long.BYTES;
    }
    while (i < end && isPlain(octets[i])) {
      i++;
    }
    return i;
  }

  /**
   * Where the first octet is, from a place on, that is not plain, or is this one.
   *
   * @param but plain
   * @return the end if there is none
   */
  public static int endOfPlainBut(byte but, byte[] octets, int from, int end) {
    long buts = EACH * but;
    int i = from;
    while (i + Long.BYTES <= end) {
      long word = (long) WORDS.get(octets, i);
      if (!isPlain(word) || hasZero(word ^ buts)) {
        break;
      }
      i += Long.BYTES;
    }
    while (i < end && isPlain(octets[i]) && octets[i] != but) {
      i++;
    }
    return i;
  }

  /** Whether there is a tab, or a space behind another. */
  public static boolean hasWideBlank(byte[] octets, int from, int end) {
    int i = from;
    for (; i + Long.BYTES < end; i += Long.BYTES) {
      long word = (long) WORDS.get(octets, i);
      long next = (long) WORDS.get(octets, i + 1);
      if (hasZero(word ^ TABS) || hasZero((word ^ SPACES) | (next ^ SPACES))) {
        return true;
      }
    }
    for (; i < end; i++) {
      if (octets[i] == '\t' || (octets[i] == ' ' && i + 1 < end && octets[i + 1] == ' ')) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPlain(byte octet) {
    return octet >= ' ' && octet != 0x7F;
  }

  private static boolean isPlain(long word) {
    long below = (word - SPACES) & ~word;
    return ((word | below) & HIGH_BITS) == 0 && !hasZero(word ^ DELETES);
  }

  private static boolean hasZero(long word) {
    return ((word - EACH) & ~word & HIGH_BITS) != 0;
  }
}
