package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.Decision;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.delivery.DeliveryOutcome.Expired;
import io.portolan.core.delivery.DeliveryOutcome.Held;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeTest {
  private static final Path DIRECT = new Path(Path.DIRECT, 25, TlsMode.OPPORTUNISTIC);
  private static final Path RELAY = new Path("relay", 587, TlsMode.STARTTLS);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final RetrySchedule RETRY =
      new RetrySchedule(List.of(HOUR, HOUR.multipliedBy(10)), DAY);

  private final TestClock clock = TestClock.create();
  private double jitter = 0.5;
  private final Judge judge =
      new Judge(
          ReplyClassifier.builtIn(),
          clock,
          new RandomGenerator() {
            @Override
            public long nextLong() {
              return 0;
            }

            @Override
            public double nextDouble() {
              return jitter;
            }
          });

  @ParameterizedTest
  @CsvSource({
    "direct, RCPT, 550 5.1.1 no such user,                       RECIPIENT",
    "direct, RCPT, 554 5.7.1 Relay access denied,                RECIPIENT",
    "direct, MAIL, 421 4.7.0 too many connections,               SOURCE",
    "direct, MAIL, 554 5.7.1 blocked using zen.spamhaus.org,     SOURCE",
    "direct, RCPT, 550 5.7.25 no PTR record,                     SENDER",
    "direct, MAIL, 553 5.1.8 sender domain does not exist,       SENDER",
    "direct, DOT,  550 5.7.26 DMARC policy of the sender,        SENDER",
    "direct, RCPT, 550 5.7.10 Encryption required,               SENDER",
    "direct, BANNER, 521 does not accept mail,                   SOURCE",
    "relay,  RCPT, 550 5.1.1 no such user,                       RECIPIENT",
    "relay,  MAIL, 530 5.7.0 Authentication required,            ROUTE",
    "relay,  RCPT, 554 5.7.1 Relay access denied,                ROUTE",
    "relay,  DATA, 554 5.7.1 Relay access denied,                ROUTE",
    "relay,  RCPT, 550 5.7.10 Encryption required,               ROUTE",
    "relay,  RCPT, 502 5.7.0 Your SMTP account is not yet activated, ROUTE",
    "relay,  DATA, 550 5.7.1 Account suspended,                  ROUTE",
    "relay,  DOT,  554 5.7.1 The account is temporarily disabled due to abuse, ROUTE",
    "relay,  MAIL, 550 Account suspended,                        ROUTE",
    "relay,  RCPT, 550 5.2.1 Account suspended,                  RECIPIENT",
    "relay,  EHLO, 502 not implemented,                          ROUTE",
    "relay,  BANNER, 421 try again later,                        SOURCE",
    "relay,  MAIL, 553 5.1.8 sender domain does not exist,       SENDER",
  })
  void tellsWhomARefusalIsAbout(String route, Phase phase, String reply, Judge.Aim aim)
      throws Exception {
    Path path = route.equals("direct") ? DIRECT : RELAY;

    assertThat(Judge.aim(path, phase, judge.classify(reply(reply), phase, path, "other")))
        .isEqualTo(aim);
  }

  @ParameterizedTest
  @CsvSource({
    "direct, RCPT, 550 5.7.25 no PTR record",
    "direct, DOT,  550 5.7.26 DMARC policy of the sender",
    "direct, BANNER, 554 no SMTP service here",
    "direct, EHLO, 550 5.7.1 go away",
    "relay,  RCPT, 554 5.7.1 Relay access denied",
    "relay,  RCPT, 502 5.7.0 Your SMTP account is not yet activated",
    "relay,  DATA, 550 5.7.1 Account suspended",
    "relay,  DOT,  554 5.7.1 The account is temporarily disabled due to abuse",
    "relay,  MAIL, 550 Account suspended",
  })
  void defersWhatIsNotAboutTheRecipient(String route, Phase phase, String reply) throws Exception {
    Attempt attempt = attempt(route.equals("direct") ? DIRECT : RELAY, phase, reply);

    assertThat(refused(attempt, delivery(0, Optional.empty(), Optional.empty())))
        .isInstanceOf(Deferred.class);
  }

  @Test
  void bouncesWhatIsAboutTheRecipient() throws Exception {
    assertThat(refused(attempt(DIRECT, Phase.RCPT, "550 5.1.1 no such user"), fresh()))
        .isInstanceOfSatisfying(
            Bounced.class, bounced -> assertThat(bounced.hardness()).isEqualTo(Hardness.HARD));
  }

  @ParameterizedTest
  @CsvSource({
    "direct, 550 5.7.1 Account suspended,    NEITHER",
    "direct, 550 5.7.1 no such user,         SOFT",
    "relay,  550 5.1.1 no such user,         HARD",
    "relay,  550 5.7.1 No such user here,    SOFT",
  })
  void suppressesNobodyAtOnceForWordsInDoubt(String route, String reply, Hardness hardness)
      throws Exception {
    Attempt attempt = attempt(route.equals("direct") ? DIRECT : RELAY, Phase.RCPT, reply);

    assertThat(refused(attempt, fresh()))
        .isInstanceOfSatisfying(
            Bounced.class, bounced -> assertThat(bounced.hardness()).isEqualTo(hardness));
  }

  @Test
  void countsNoAttemptWithARelayThatDoesNotBegin() throws Exception {
    assertThat(refused(attempt(RELAY, Phase.BANNER, "554 go away"), fresh()))
        .isInstanceOfSatisfying(
            Held.class,
            held -> assertThat(held.reason()).isEqualTo("relay relay:587 refuses: 554 go away"));
  }

  @ParameterizedTest
  @CsvSource({"0, 48", "0.5, 60", "1, 72"})
  void spreadsRetriesByAFifthToEitherSide(double random, int minutes) throws Exception {
    jitter = random;

    assertThat(refused(deferral(), fresh()))
        .isInstanceOfSatisfying(
            Deferred.class,
            deferred ->
                assertThat(deferred.notBefore())
                    .isEqualTo(clock.instant().plus(Duration.ofMinutes(minutes))));
  }

  @Test
  void givesWhatWaitedForDaysInALongCampaignItsWholeLifetime() throws Exception {
    assertThat(refused(deferral(), fresh())).isInstanceOf(Deferred.class);
    assertThat(judge.end(fresh(), RETRY)).isEqualTo(clock.instant().plus(DAY));
  }

  @Test
  void expiresWhenTheNextRetryWouldComeAfterALifetimeSinceTheFirstAttempt() throws Exception {
    Instant justInTime = clock.instant().minus(DAY).plus(HOUR.multipliedBy(10));

    assertThat(refused(deferral(), delivery(1, Optional.of(justInTime), Optional.empty())))
        .isInstanceOf(Deferred.class);
    assertThat(
            refused(
                deferral(), delivery(1, Optional.of(justInTime.minusSeconds(1)), Optional.empty())))
        .isInstanceOfSatisfying(
            Expired.class,
            expired -> {
              assertThat(expired.lastAttempt()).isPresent();
              assertThat(expired.category()).isEqualTo("mailbox-full");
              assertThat(expired.hardness()).isEqualTo(Hardness.SOFT);
            });
  }

  @Test
  void countsALifetimeAnewFromTheFirstAttemptAfterAHold() throws Exception {
    Instant heldAt = clock.instant().minus(Duration.ofHours(23));

    assertThat(refused(deferral(), delivery(0, Optional.empty(), Optional.of(heldAt))))
        .isInstanceOf(Deferred.class);
  }

  @Test
  void holdsNobodyBeyondALifetimeSinceTheFirstHold() {
    Instant heldAt = clock.instant().minus(Duration.ofHours(23));
    ClaimedDelivery delivery = delivery(0, Optional.empty(), Optional.of(heldAt));
    Instant later = clock.instant().plus(HOUR.multipliedBy(5));

    assertThat(judge.held("closed", later, delivery, RETRY))
        .isEqualTo(new Held("closed", heldAt.plus(DAY)));
    clock.advance(HOUR);
    assertThat(judge.held("closed", later, delivery, RETRY))
        .isInstanceOfSatisfying(
            Expired.class, expired -> assertThat(expired.category()).isEqualTo("held"));
  }

  private DeliveryOutcome refused(Attempt attempt, ClaimedDelivery delivery) {
    return judge.refused(
        attempt,
        judge.classify(attempt.reply().orElseThrow(), attempt.phase(), attempt.path(), "other"),
        delivery,
        RETRY);
  }

  private Attempt deferral() throws Exception {
    return attempt(DIRECT, Phase.RCPT, "452 4.2.2 mailbox full");
  }

  private Attempt attempt(Path path, Phase phase, String reply) throws Exception {
    return new Attempt(
        clock.instant(),
        path,
        new Decision(1, "*", "open"),
        "mx.example",
        "192.0.2.1",
        true,
        phase,
        Optional.of(reply(reply)),
        Duration.ZERO,
        Duration.ZERO);
  }

  private static SmtpReply reply(String line) throws Exception {
    return SmtpReply.parse(List.of(line));
  }

  private static ClaimedDelivery fresh() {
    return delivery(0, Optional.empty(), Optional.empty());
  }

  private static ClaimedDelivery delivery(
      int attempts, Optional<Instant> firstAttemptAt, Optional<Instant> firstHeldAt) {
    return new ClaimedDelivery(
        1,
        1,
        "anna@a.example",
        "a.example",
        "other",
        attempts,
        Map.of(),
        firstAttemptAt,
        firstAttemptAt.or(() -> firstHeldAt),
        Optional.empty(),
        Optional.empty());
  }
}
