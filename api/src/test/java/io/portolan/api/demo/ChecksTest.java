package io.portolan.api.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.demo.Evidence.Attempts;
import io.portolan.api.demo.Evidence.Audience;
import io.portolan.api.demo.Evidence.Delivery;
import io.portolan.api.demo.Evidence.Ledger;
import io.portolan.api.demo.Evidence.PathFailures;
import io.portolan.api.demo.Evidence.Received;
import io.portolan.api.demo.Evidence.Returned;
import io.portolan.api.demo.Evidence.Seen;
import io.portolan.api.demo.Evidence.Servers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ChecksTest {
  private static final Delivery ANNA = new Delivery("anna@harbour.test", "harbour", "accepted");
  private static final Delivery GONE = new Delivery("gone.luca@rooms.test", "rooms", "bounced");
  private static final Delivery CLOSED = new Delivery("otto@harbour.test", "harbour", "bounced");
  private static final Delivery NOT_WANTED =
      new Delivery("mia@harbour.test", "harbour", "suppressed");
  private static final Delivery EARLY = new Delivery("noah@lagoon.test", "lagoon", "accepted");
  private static final Delivery LATE = new Delivery("emma@lagoon.test", "lagoon", "accepted");

  private static final String CAME_BACK =
      "what came back later counts once, and closed mailboxes and complaints are suppressed";

  private final List<Delivery> deliveries =
      new ArrayList<>(List.of(ANNA, GONE, CLOSED, NOT_WANTED, EARLY, LATE));
  private final List<Received> received =
      new ArrayList<>(
          List.of(
              new Received(ANNA.address(), 25, true),
              new Received(CLOSED.address(), 25, true),
              new Received(EARLY.address(), 587, true),
              new Received(LATE.address(), 465, true)));
  private final List<Attempts> attempts =
      new ArrayList<>(List.of(new Attempts("harbour", "direct", 25, "dot", "accepted", 1)));
  private final List<PathFailures> pathFailures =
      new ArrayList<>(List.of(new PathFailures("lagoon", "demo-relay", 587, 2)));
  private Set<String> suppressedBySending = Set.of(GONE.address());
  private Set<String> suppressedByFeedback = Set.of(CLOSED.address(), ANNA.address());
  private Returned returned = new Returned(1, 1);
  private int unexpected;
  private Seen harbour = new Seen("harbour", 4, 4, 50, 50);
  private int wrongDials;
  private Map<String, Long> violations = Map.of();

  private List<String> broken() {
    Evidence evidence =
        new Evidence(
            new Audience(
                Set.of(
                    ANNA.address(),
                    GONE.address(),
                    CLOSED.address(),
                    NOT_WANTED.address(),
                    EARLY.address(),
                    LATE.address()),
                Set.of(NOT_WANTED.address()),
                Set.of(GONE.address())),
            new Ledger(
                deliveries,
                attempts,
                pathFailures,
                suppressedBySending,
                suppressedByFeedback,
                returned),
            received,
            new LateReturns.Sent(
                Set.of(CLOSED.address()),
                Set.of(),
                Set.of(ANNA.address()),
                Set.of(EARLY.address()),
                unexpected),
            new Servers(
                List.of(harbour), new Seen("demo-relay", 2, 6, 3, 50), wrongDials, violations));
    return Checks.of(evidence).stream().filter(check -> !check.held()).map(Check::name).toList();
  }

  @Test
  void allHoldWhereAllIsWell() {
    assertThat(broken()).isEmpty();
  }

  @Test
  void aDeliveryThatNeverEndedIsFound() {
    deliveries.set(1, new Delivery(GONE.address(), "rooms", "planned"));

    assertThat(broken()).contains("every recipient ended exactly once");
  }

  @Test
  void aRecipientWithoutDeliveryIsFound() {
    deliveries.remove(NOT_WANTED);

    assertThat(broken()).contains("every recipient ended exactly once");
  }

  @Test
  void aSecondDeliveryToOneRecipientIsFound() {
    deliveries.add(ANNA);

    assertThat(broken()).containsExactly("every recipient ended exactly once");
  }

  @Test
  void aDeliveryToNobodyOfTheListIsFound() {
    deliveries.add(new Delivery("stranger@harbour.test", "harbour", "cancelled"));

    assertThat(broken()).containsExactly("every recipient ended exactly once");
  }

  @Test
  void lostMailIsFound() {
    received.removeFirst();

    assertThat(broken()).containsExactly("what PostgreSQL calls accepted is in a mailbox");
  }

  @Test
  void mailThatCameTwiceIsFound() {
    received.add(received.getFirst());

    assertThat(broken()).containsExactly("nobody got the message twice");
  }

  @Test
  void mailThatIsNotRecordedIsFound() {
    received.add(new Received(GONE.address(), 25, true));

    assertThat(broken())
        .containsExactly(
            "what is in a mailbox PostgreSQL calls accepted, or bounced if it came back",
            CAME_BACK);
  }

  @Test
  void aLateBounceThatIsNotBelievedIsFound() {
    deliveries.set(2, new Delivery(CLOSED.address(), "harbour", "accepted"));

    assertThat(broken()).containsExactly(CAME_BACK);
  }

  @Test
  void aLateBounceThatIsCountedTwiceIsFound() {
    returned = new Returned(2, 1);

    assertThat(broken()).containsExactly(CAME_BACK);
  }

  @Test
  void aComplaintThatIsNotCountedOnceIsFound() {
    returned = new Returned(1, 0);
    assertThat(broken()).containsExactly(CAME_BACK);

    returned = new Returned(1, 2);
    assertThat(broken()).containsExactly(CAME_BACK);
  }

  @Test
  void aComplaintThatSuppressesNobodyIsFound() {
    suppressedByFeedback = Set.of(CLOSED.address());

    assertThat(broken()).containsExactly(CAME_BACK);
  }

  @Test
  void aForgeryThatIsTakenIsFound() {
    unexpected = 1;

    assertThat(broken()).containsExactly("forged bounces were refused and changed nothing");
  }

  @Test
  void aForgeryThatIsBelievedIsFound() {
    deliveries.set(4, new Delivery(EARLY.address(), "lagoon", "bounced"));

    assertThat(broken()).contains("forged bounces were refused and changed nothing", CAME_BACK);
  }

  @Test
  void mailToTheSuppressedIsFound() {
    received.add(new Received(NOT_WANTED.address(), 25, true));

    assertThat(broken()).contains("no suppressed recipient got mail, and nobody else was left out");
  }

  @Test
  void aRecipientLeftOutForNothingIsFound() {
    deliveries.set(0, new Delivery(ANNA.address(), "harbour", "suppressed"));

    assertThat(broken()).contains("no suppressed recipient got mail, and nobody else was left out");
  }

  @Test
  void aSuppressionForNothingIsFound() {
    suppressedBySending = Set.of(GONE.address(), EARLY.address());

    assertThat(broken())
        .containsExactly("unknown users bounced and were suppressed, and nobody else was");
  }

  @Test
  void anUnknownUserWhoIsNotSuppressedIsFound() {
    suppressedBySending = Set.of();

    assertThat(broken())
        .containsExactly("unknown users bounced and were suppressed, and nobody else was");
  }

  @Test
  void anAttemptMadeOfAPathFailureIsFound() {
    attempts.add(new Attempts("lagoon", "demo-relay", 587, "connect", "deferred", 1));

    assertThat(broken())
        .containsExactly("path failures made no attempt, no bounce and no suppression");
  }

  @Test
  void aBounceMadeOfAPathFailureIsFound() {
    deliveries.set(5, new Delivery(LATE.address(), "lagoon", "expired"));

    assertThat(broken()).contains("path failures made no attempt, no bounce and no suppression");
  }

  @Test
  void directMailOnAnotherPortIsFound() {
    attempts.add(new Attempts("harbour", "direct", 587, "dot", "accepted", 1));

    assertThat(broken()).containsExactly("direct mail used no port but 25");
  }

  @Test
  void aConnectToAMailHostOnAnotherPortIsFound() {
    wrongDials = 1;

    assertThat(broken()).containsExactly("direct mail used no port but 25");
  }

  @Test
  void mailThatDidNotMoveIsFound() {
    received.set(3, new Received(LATE.address(), 587, true));

    assertThat(broken())
        .containsExactly("when the relay's port 587 was blocked, its mail moved to another port");
  }

  @Test
  void aPortThatWasNeverBlockedIsFound() {
    pathFailures.clear();

    assertThat(broken())
        .containsExactly("when the relay's port 587 was blocked, its mail moved to another port");
  }

  @Test
  void aMessageWithoutUnsubscriptionIsFound() {
    received.set(0, new Received(ANNA.address(), 25, false));

    assertThat(broken()).containsExactly("every message can be unsubscribed from");
  }

  @Test
  void tooManyConnectionsAreFound() {
    harbour = new Seen("harbour", 5, 4, 50, 50);

    assertThat(broken())
        .containsExactly(
            "the servers saw no more connections and messages a connection than the policy allows");
  }

  @Test
  void tooManyMessagesOnAConnectionAreFound() {
    harbour = new Seen("harbour", 4, 4, 51, 50);

    assertThat(broken())
        .containsExactly(
            "the servers saw no more connections and messages a connection than the policy allows");
  }

  @Test
  void aBreachOfSmtpIsFound() {
    violations = Map.of("bare LF", 1L);

    assertThat(broken()).containsExactly("no server saw a breach of SMTP");
  }
}
