package io.portolan.sender.hold;

import io.portolan.core.relay.Relay;
import java.time.Instant;

/**
 * Hears of each time that a relay refuses our login, or that we have none to offer. Called on the
 * thread that wanted to send, under no lock; thread-safe, and quick.
 */
@FunctionalInterface
public interface LoginAlarm {
  /**
   * A relay refused our login.
   *
   * @param hold what follows for its mail
   */
  void refused(Relay relay, RouteHold hold, Instant at);
}
