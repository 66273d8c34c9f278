package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.policy.Limits;
import io.portolan.core.suppression.MailOrigin;
import io.portolan.sender.simulation.ServerPhase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What lanes make of the DNS, of late suppressions and of relays that say nothing. */
class LaneJudgementTest extends LaneFixture {

  @Test
  void looksASecondTimeForADomainThatDoesNotExist() throws Exception {
    mxAnswer = Optional.of(new MxAnswer.NoSuchDomain(TIME_TO_LIVE));

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 0");
    assertThat(database.texts("SELECT category FROM delivery"))
        .containsExactly(DeliveryOutcome.NO_SUCH_DOMAIN);
    assertThat(
            database.number(
                "SELECT count(*) FROM delivery WHERE not_before < now() + interval '59 min'"))
        .as("the second look comes an hour later at the earliest")
        .isZero();
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void bouncesAfterTheSecondLookAndSuppressesNobody() throws Exception {
    mxAnswer = Optional.of(new MxAnswer.NoSuchDomain(TIME_TO_LIVE));

    sender.send(lastCause(batch("anna"), DeliveryOutcome.NO_SUCH_DOMAIN));

    assertThat(states()).containsExactly("bounced 0");
    assertThat(database.texts("SELECT category FROM delivery")).containsExactly("bad-domain");
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void sendsWhenTheSecondLookFindsTheDomain() throws Exception {
    sender.send(lastCause(batch("anna"), DeliveryOutcome.NO_SUCH_DOMAIN));

    assertThat(states()).containsExactly("accepted 1");
  }

  @Test
  void bouncesAtTheEndOfTheLifetimeWithoutASecondLook() throws Exception {
    mxAnswer = Optional.of(new MxAnswer.NoSuchDomain(TIME_TO_LIVE));
    Instant twoDaysAgo = InstantSource.system().instant().minus(Duration.ofDays(2));

    sender.send(held(batch("anna"), twoDaysAgo, "held"));

    assertThat(states()).containsExactly("bounced 0");
  }

  @Test
  void bouncesForANullMxAtOnceAndSuppressesNobody() throws Exception {
    mxAnswer = Optional.of(new MxAnswer.NullMx(TIME_TO_LIVE));

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("bounced 0");
    assertThat(database.texts("SELECT category FROM delivery")).containsExactly("bad-domain");
    assertThat(database.number("SELECT count(*) FROM suppression")).isZero();
  }

  @Test
  void holdsWhenTheDnsFails() throws Exception {
    mxAnswer = Optional.of(new MxAnswer.TemporaryFailure("SERVFAIL"));

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 0");
    assertThat(database.texts("SELECT category FROM delivery")).containsExactly("held");
  }

  @Test
  void sendsNothingToWhoWasSuppressedWhileTheBatchWaited() throws Exception {
    limits = new Limits(1, 100, 0);
    beforeEachMessage =
        () -> {
          database.execute(
              """
              INSERT INTO suppression (kind, value, reason, source)
              VALUES ('address', 'ben@isp.test', 'unsubscribe', 'test') ON CONFLICT DO NOTHING
              """);
          suppressions.refresh();
        };

    sender.send(batch("anna", "Ben", "carla"));

    assertThat(states()).containsExactly("accepted 1", "suppressed 0", "accepted 1");
    assertThat(
            database.texts(
                "SELECT outcome || ' ' || category FROM result_rollup WHERE outcome = 'suppressed'"))
        .containsExactly("suppressed unsubscribe");
    assertThat(network.mailboxes().messages()).isEqualTo(2);
  }

  @Test
  void takesTheNextPortWhenARelaySaysNothing() throws Exception {
    paths = List.of(RELAY_587, RELAY_465);
    relay.on(ServerPhase.BANNER).port(587).silence().always();

    sender.send(batch("anna", "ben", "carla"));

    assertThat(states()).containsOnly("accepted 1");
    assertThat(database.texts("SELECT DISTINCT route || ':' || port FROM attempt"))
        .containsExactly("relay:465");
    assertThat(database.texts("SELECT DISTINCT kind FROM path_failure"))
        .containsExactly("no-banner");
  }

  @Test
  void takesTheNextPortWhenARelayIsSilentWhereTlsWasDue() throws Exception {
    paths = List.of(RELAY_465, RELAY_587);
    relay.on(ServerPhase.CONNECT).port(465).silence().always();

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("accepted 1");
    assertThat(database.texts("SELECT DISTINCT route || ':' || port FROM attempt"))
        .containsExactly("relay:587");
  }

  @Test
  void waitsForADirectPeerThatSaysNothing() throws Exception {
    paths = List.of(DIRECT, RELAY_587);
    server().on(ServerPhase.BANNER).silence().always();

    sender.send(batch("anna"));

    assertThat(states()).containsExactly("planned 0");
    assertThat(database.texts("SELECT category FROM delivery")).containsExactly("held");
    assertThat(relay.statistics().messages().total()).isZero();
  }

  private static ClaimedBatch lastCause(ClaimedBatch batch, String cause) {
    return held(batch, InstantSource.system().instant(), cause);
  }

  private static ClaimedBatch held(ClaimedBatch batch, Instant since, String cause) {
    ClaimedDelivery one = batch.deliveries().getFirst();
    return new ClaimedBatch(
        batch.id(),
        batch.campaignId(),
        batch.platform(),
        batch.epoch(),
        batch.content(),
        batch.inDoubt(),
        MailOrigin.UNKNOWN,
        List.of(
            new ClaimedDelivery(
                one.id(),
                one.recipientId(),
                one.address(),
                one.domain(),
                one.isp(),
                one.attempts(),
                one.attributes(),
                one.firstAttemptAt(),
                Optional.of(since),
                one.pinnedRoute(),
                Optional.of(cause))));
  }
}
