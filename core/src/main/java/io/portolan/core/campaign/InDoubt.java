package io.portolan.core.campaign;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What becomes of a delivery of which nobody knows whether the peer took it: it was offered, and
 * the answer to the dot never came or was lost in a crash.
 */
public enum InDoubt {
  /** It is sent again, with the same Message-ID: a recipient may get a second copy. */
  RESEND,
  /** It waits until somebody decides: nobody gets a second copy unasked. */
  HOLD;

  /** The name in SQL, JSON and on the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The value of a name that {@link #id} gave. */
  public static Optional<InDoubt> of(String id) {
    return Arrays.stream(values()).filter(value -> value.id().equals(id)).findFirst();
  }
}
