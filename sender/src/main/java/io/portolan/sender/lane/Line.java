package io.portolan.sender.lane;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsVersion;
import io.portolan.core.relay.MetadataHeader;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.exchange.Mail;
import io.portolan.sender.exchange.Transaction;
import io.portolan.sender.message.ComposedMessage;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.SmtpSession;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A session with what it may be used for. Not thread-safe. */
final class Line implements AutoCloseable {
  /** As long as Postfix uses a session again (smtp_connection_reuse_time_limit). */
  private static final Duration MOST_AGE = Duration.ofMinutes(5);

  private final SmtpSession session;
  private final Path path;
  private final String destination;
  private final Optional<MetadataHeader> metadata;
  private int offered;
  private Decision decision;
  private String servedDomain = "";
  private Instant servedUntil = Instant.MIN;

  /**
   * @param destination which recipients the peer takes: a relay's name, or the mail hosts of a
   *     domain
   */
  Line(SmtpSession session, Path path, String destination, Decision decision) {
    this.session = session;
    this.path = path;
    this.destination = destination;
    this.decision = decision;
    metadata = path.isDirect() ? Optional.empty() : MetadataHeader.ofHost(session.host());
  }

  SmtpSession session() {
    return session;
  }

  Path path() {
    return path;
  }

  /** What the peer is offered for a message. */
  Mail mailOf(ComposedMessage message) {
    return metadata.map(message::mailWith).orElseGet(message::mail);
  }

  /** Whether its TLS, if it has any, is no older than this. */
  boolean speaks(TlsVersion oldest) {
    return session.evidence().tlsVersion().stream().allMatch(oldest.orNewer()::contains);
  }

  String destination() {
    return destination;
  }

  /**
   * Notes that the peer takes the mail of a domain, and until when that need not be asked again.
   */
  void serves(String domain, Instant until) {
    servedDomain = domain;
    servedUntil = until;
  }

  /** Whether that was noted and still counts. */
  boolean isKnownToServe(String domain, Instant now) {
    return servedDomain.equals(domain) && now.isBefore(servedUntil);
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

  /** Whether nothing more is offered: it was used enough, and no message is awaited by the peer. */
  boolean isSpent(Limits limits) {
    return offered >= limits.messagesPerConnection() || (isOld() && !session.hasAnnounced());
  }

  /** Whether the message that is about to be offered is the last one. */
  boolean isAboutSpent(Limits limits) {
    return offered + 1 >= limits.messagesPerConnection() || isOld();
  }

  private boolean isOld() {
    return session.age().compareTo(MOST_AGE) >= 0;
  }

  /**
   * The record of a transaction on this session.
   *
   * @param reply empty when the peer gave none
   * @param opening as {@link #offer} gave it
   * @param took from MAIL to the deciding reply
   */
  Attempt attempt(
      Instant at, Phase phase, Optional<SmtpReply> reply, Duration opening, Duration took) {
    return new Attempt(
        at,
        path,
        decision,
        session.host(),
        session.peerAddress(),
        session.usedTls(),
        phase,
        reply,
        opening,
        took);
  }

  /** The record of a transaction that the session did not outlive, before the end of data. */
  PathFailure failure(
      ClaimedBatch batch, ClaimedDelivery delivery, Instant at, Transaction.Lost lost) {
    return new PathFailure(
        at,
        batch.campaignId(),
        delivery.isp(),
        batch.platform(),
        path,
        decision.policyVersion(),
        session.host(),
        lost.phase(),
        FailureKind.of(lost).id(),
        lost.detail(),
        lost.took(),
        Evidence.of(session));
  }

  @Override
  public void close() {
    session.close();
  }
}
