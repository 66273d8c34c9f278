package io.portolan.core.pace;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A change of a platform's pace.
 *
 * @param from messages a second before; empty for no limit
 * @param to messages a second after, once it resumes; empty for no limit
 * @param resumesAt the end of the cool-down, if there is one
 * @param reply that brought it about; empty text for a recovery
 * @param node that met the reply
 */
public record PaceChange(
    long id,
    Instant at,
    String lane,
    Kind kind,
    Optional<Double> from,
    Optional<Double> to,
    Optional<Instant> resumesAt,
    String reply,
    String node) {

  /** What happened. */
  public enum Kind {
    /** A burst of throttle replies: the rate was cut, and a cool-down began. */
    SLOWED,
    /** A reply of the same burst asks for a longer cool-down. */
    COOLED_LONGER,
    /** The policy's rate holds again. */
    RECOVERED;

    /** The name in SQL and JSON. */
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Kind of(String id) {
      return Arrays.stream(values()).filter(kind -> kind.id().equals(id)).findFirst().orElseThrow();
    }
  }
}
