package io.portolan.core.access;

import java.time.Instant;
import java.util.Optional;

/**
 * A key to the API, without its secret.
 *
 * @param name unique, one line
 * @param revokedAt when it lost its power; empty while it has it
 */
public record ApiKey(
    long id, String name, Role role, Instant createdAt, Optional<Instant> revokedAt) {

  /**
   * A key that was just made.
   *
   * @param secret what its owner sends; stored nowhere and shown this once
   */
  public record Created(ApiKey key, String secret) {

    /** Never shows the secret. */
    @Override
    public String toString() {
      return "Created[" + key + "]";
    }
  }
}
