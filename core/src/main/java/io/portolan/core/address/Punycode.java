package io.portolan.core.address;

/**
 * The Punycode transformation of RFC 3492, between a Unicode label and what follows {@code xn--}.
 */
final class Punycode {
  private static final int BASE = 36;
  private static final int T_MIN = 1;
  private static final int T_MAX = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int INITIAL_BIAS = 72;
  private static final int INITIAL_N = 0x80;

  private Punycode() {}

  /** Encodes a label of at most a few hundred code points; the result has no {@code xn--}. */
  static String encode(String label) {
    int[] points = label.codePoints().toArray();
    StringBuilder out = new StringBuilder(label.length() * 2);
    for (int point : points) {
      if (point < INITIAL_N) {
        out.append((char) point);
      }
    }
    int basic = out.length();
    int handled = basic;
    if (basic > 0) {
      out.append('-');
    }
    int n = INITIAL_N;
    int delta = 0;
    int bias = INITIAL_BIAS;
    while (handled < points.length) {
      int next = Integer.MAX_VALUE;
      for (int point : points) {
        if (point >= n && point < next) {
          next = point;
        }
      }
      delta = Math.addExact(delta, Math.multiplyExact(next - n, handled + 1));
      n = next;
      for (int point : points) {
        if (point < n) {
          delta++;
        } else if (point == n) {
          appendVariableLength(out, delta, bias);
          bias = adapt(delta, handled + 1, handled == basic);
          delta = 0;
          handled++;
        }
      }
      delta++;
      n++;
    }
    return out.toString();
  }

  /**
   * Decodes what followed {@code xn--}.
   *
   * @throws IllegalArgumentException if it is no Punycode
   */
  static String decode(String encoded) {
    int separator = encoded.lastIndexOf('-');
    StringBuilder out = new StringBuilder(encoded.substring(0, Math.max(separator, 0)));
    int length = out.length();
    int n = INITIAL_N;
    int bias = INITIAL_BIAS;
    int i = 0;
    int position = separator + 1;
    try {
      while (position < encoded.length()) {
        int start = i;
        int weight = 1;
        for (int k = BASE; ; k += BASE) {
          int digit = digit(encoded.charAt(position++));
          i = Math.addExact(i, Math.multiplyExact(digit, weight));
          int threshold = threshold(k, bias);
          if (digit < threshold) {
            break;
          }
          weight = Math.multiplyExact(weight, BASE - threshold);
        }
        length++;
        bias = adapt(i - start, length, start == 0);
        n = Math.addExact(n, i / length);
        i %= length;
        out.insert(out.offsetByCodePoints(0, i), Character.toString(n));
        i++;
      }
    } catch (ArithmeticException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("not Punycode: " + encoded, e);
    }
    return out.toString();
  }

  private static void appendVariableLength(StringBuilder out, int delta, int bias) {
    int rest = delta;
    for (int k = BASE; ; k += BASE) {
      int threshold = threshold(k, bias);
      if (rest < threshold) {
        out.append(character(rest));
        return;
      }
      out.append(character(threshold + (rest - threshold) % (BASE - threshold)));
      rest = (rest - threshold) / (BASE - threshold);
    }
  }

  private static int threshold(int k, int bias) {
    return Math.clamp(k - bias, T_MIN, T_MAX);
  }

  private static int adapt(int delta, int points, boolean first) {
    int rest = first ? delta / DAMP : delta / 2;
    rest += rest / points;
    int k = 0;
    while (rest > (BASE - T_MIN) * T_MAX / 2) {
      rest /= BASE - T_MIN;
      k += BASE;
    }
    return k + (BASE - T_MIN + 1) * rest / (rest + SKEW);
  }

  private static char character(int digit) {
    return (char) (digit < 26 ? 'a' + digit : '0' + digit - 26);
  }

  private static int digit(char c) {
    if (c >= 'a' && c <= 'z') {
      return c - 'a';
    }
    if (c >= '0' && c <= '9') {
      return c - '0' + 26;
    }
    throw new IllegalArgumentException("not a Punycode digit: " + c);
  }
}
