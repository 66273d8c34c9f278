package io.portolan.sender.lane;

import io.portolan.core.delivery.Decision;
import io.portolan.core.policy.Path;
import io.portolan.sender.smtp.SmtpSession;
import java.time.Duration;

/** A session with what it may be used for. Not thread-safe. */
final class Line implements AutoCloseable {
  private final SmtpSession session;
  private final Path path;
  private final String destination;
  private int offered;
  private Decision decision;

  /**
   * @param destination which recipients the peer takes: a relay's name, or the mail hosts of a
   *     domain
   */
  Line(SmtpSession session, Path path, String destination, Decision decision) {
    this.session = session;
    this.path = path;
    this.destination = destination;
    this.decision = decision;
  }

  SmtpSession session() {
    return session;
  }

  Path path() {
    return path;
  }

  String destination() {
    return destination;
  }

  Decision decision() {
    return decision;
  }

  void decide(Decision next) {
    decision = next;
  }

  /**
   * Counts a message that is about to be offered, and says what opening took if it is the first.
   */
  Duration offer() {
    return offered++ == 0 ? session.openTook() : Duration.ZERO;
  }

  /** How many messages were offered. */
  int offered() {
    return offered;
  }

  @Override
  public void close() {
    session.close();
  }
}
