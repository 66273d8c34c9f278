package io.portolan.core.isp;

import java.util.Comparator;
import java.util.Locale;

/**
 * One MX record. Sorted by preference, then by name.
 *
 * @param preference lower is tried first
 * @param host lower case, without a final dot
 */
public record MxHost(int preference, String host) implements Comparable<MxHost> {
  private static final Comparator<MxHost> ORDER =
      Comparator.comparingInt(MxHost::preference).thenComparing(MxHost::host);

  public MxHost {
    host = host.toLowerCase(Locale.ROOT);
    if (host.endsWith(".")) {
      host = host.substring(0, host.length() - 1);
    }
    if (host.isEmpty()) {
      throw new IllegalArgumentException("an MX record without a host is NullMx");
    }
  }

  @Override
  public int compareTo(MxHost other) {
    return ORDER.compare(this, other);
  }
}
