package io.portolan.core.path;

import java.time.Instant;
import java.util.Arrays;

/**
 * A change of a path's state.
 *
 * @param id rises with time; 0 while it is not stored
 * @param host that was dialled; empty when none was
 * @param evidence what it rests on, in words; empty where a path opened
 * @param node that found out
 */
public record PathTransition(
    long id,
    Instant at,
    HealthKey key,
    PathState from,
    PathState to,
    Cause cause,
    String host,
    String evidence,
    String node) {

  /** Who found out. */
  public enum Cause {
    /** A session that mail wanted. */
    MAIL("mail"),
    /** A look, of which no mail was part. */
    LOOK("look"),
    /** A verdict on the whole port. */
    VERDICT("verdict");

    private final String id;

    Cause(String id) {
      this.id = id;
    }

    /** The name in tables and JSON. */
    public String id() {
      return id;
    }

    static Cause of(String id) {
      return Arrays.stream(values())
          .filter(cause -> cause.id.equals(id))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no cause: " + id));
    }
  }
}
