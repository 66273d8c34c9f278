package io.portolan.api.sink;

import java.util.Arrays;
import java.util.Optional;

/** Which sink a bench sends into. */
public enum SinkKind {
  /** Postfix's {@code smtp-sink}, in C: the usual yardstick. */
  SMTP_SINK("smtp-sink"),
  /** Our own, in a JVM of its own: needs no Postfix, and judges the client's SMTP. */
  INTERNAL("internal");

  private final String word;

  SinkKind(String word) {
    this.word = word;
  }

  /** As the command line and reports have it. */
  public String word() {
    return word;
  }

  /** The kind of that word, if there is one. */
  public static Optional<SinkKind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word.equalsIgnoreCase(word)).findFirst();
  }
}
