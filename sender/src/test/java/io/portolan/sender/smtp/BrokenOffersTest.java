package io.portolan.sender.smtp;

import static io.portolan.sender.smtp.SmtpScene.MAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.exchange.Capabilities.Extension;
import io.portolan.sender.exchange.ScriptedPeer;
import io.portolan.sender.exchange.Transaction.Replied;
import io.portolan.sender.smtp.BrokenOffers.Grouping;
import io.portolan.sender.smtp.BrokenOffers.Offer;
import io.portolan.sender.wire.DeadlineWatch;
import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a host's sessions show of what it offers, for the sessions that come after. */
class BrokenOffersTest {
  private final DeadlineWatch watch = new DeadlineWatch();

  @AfterEach
  void close() {
    watch.close();
  }

  @Test
  void aPeerThatHangsUpTwiceOnTheFirstEnvelopeBehindADotIsRemembered() throws IOException {
    BrokenOffers broken = new BrokenOffers();
    loseTheLastOf(2, broken);
    assertThat(announces(broken)).as("it may have been restarted").isTrue();

    loseTheLastOf(2, broken);

    assertThat(announces(broken)).isFalse();
  }

  @Test
  void aPeerThatOnceAnsweredBehindADotLosesNothingByRestarts() throws IOException {
    BrokenOffers broken = new BrokenOffers();
    loseTheLastOf(2, broken);
    loseTheLastOf(3, broken); // after it answered behind a dot
    loseTheLastOf(2, broken);
    loseTheLastOf(2, broken);

    assertThat(announces(broken)).isTrue();
  }

  /** Offers messages on a session, each announced, of which the peer hangs up on the last. */
  private void loseTheLastOf(int messages, BrokenOffers broken) throws IOException {
    String[] replies = {"250 mail", "250 rcpt", "354 go", "250 taken"};
    String[] lines = new String[(messages - 1) * replies.length];
    Arrays.setAll(lines, i -> replies[i % replies.length]);
    SmtpSession session = session(broken, lines);
    for (int i = 1; i < messages; i++) {
      assertThat(session.send(MAIL, Optional.of(MAIL)))
          .isInstanceOfSatisfying(Replied.class, reply -> assertThat(reply.accepted()).isTrue());
    }
    assertThat(session.send(MAIL).isLapsed()).isTrue();
  }

  private boolean announces(BrokenOffers broken) throws IOException {
    SmtpSession session = session(broken, "250 mail", "250 rcpt", "354 go", "250 taken");
    session.send(MAIL, Optional.of(MAIL));
    return session.hasAnnounced();
  }

  private SmtpSession session(BrokenOffers broken, String... lines) throws IOException {
    return new SmtpSession(
        new Wire(new ScriptedPeer(lines), watch),
        new SmtpSession.Peer(
            "mx.test",
            "192.0.2.1",
            new Extensions(List.of("PIPELINING")),
            PeerEvidence.NONE,
            Duration.ZERO),
        SmtpScene.patient(),
        broken);
  }

  @Test
  void forgetsAnOfferAfterADayAndTheEldestOfTooMany() {
    BrokenOffers broken = new BrokenOffers();
    long now = Long.MAX_VALUE - 10;
    broken.remember(pipeliningOf("a"), now);
    long day = Duration.ofDays(1).toNanos();
    assertThat(broken.isBroken(pipeliningOf("a"), now + day)).isTrue();
    assertThat(broken.isBroken(new Offer("a", Extension.DSN), now + day)).isFalse();
    assertThat(broken.isBroken(pipeliningOf("a"), now + day + 1)).isFalse();
    broken.remember(pipeliningOf("b"), now);
    for (int i = 0; i < 1_000; i++) {
      broken.trust(new Grouping("good" + i, true), now);
    }
    assertThat(broken.isBroken(pipeliningOf("b"), now)).as("by those that keep it").isTrue();
    for (int i = 0; i < 1_000; i++) {
      broken.remember(pipeliningOf("host" + i), now);
    }
    assertThat(broken.isBroken(pipeliningOf("b"), now)).isFalse();
    assertThat(broken.isBroken(pipeliningOf("host0"), now)).isTrue();
  }

  @Test
  void aDoubtCountsForTheSameUseOnly() {
    BrokenOffers broken = new BrokenOffers();
    Grouping groups = new Grouping("a", false);
    Grouping ahead = new Grouping("a", true);
    broken.trust(groups, 1);

    assertThat(broken.doubt(groups, 2)).as("seen to be kept").isFalse();
    assertThat(broken.doubt(groups, 3)).isFalse();
    assertThat(broken.doubt(ahead, 4)).as("the first").isFalse();
    assertThat(broken.isBroken(pipeliningOf("a"), 5)).isFalse();
    assertThat(broken.doubt(ahead, 6)).isTrue();
    assertThat(broken.isBroken(pipeliningOf("a"), 7)).isTrue();
  }

  private static Offer pipeliningOf(String host) {
    return new Offer(host, Extension.PIPELINING);
  }
}
