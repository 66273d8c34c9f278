package io.portolan.api.demo;

import io.portolan.api.demo.Evidence.Attempts;
import io.portolan.api.demo.Evidence.Delivery;
import io.portolan.api.demo.Evidence.PathFailures;
import io.portolan.api.demo.Evidence.Received;
import io.portolan.api.demo.Evidence.Returned;
import io.portolan.api.demo.Evidence.Seen;
import io.portolan.core.delivery.DeliveryState;
import io.portolan.core.policy.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The checks that end the demo. */
final class Checks {
  private static final int DIRECT_PORT = 25;
  private static final Set<String> PHASES_OF_PATHS = Set.of("dns", "connect");
  private static final int MOST_NAMED = 3;

  private final Evidence evidence;
  private final List<Delivery> deliveries;
  private final Set<String> mailboxes;

  private Checks(Evidence evidence) {
    this.evidence = evidence;
    deliveries = evidence.ledger().deliveries();
    mailboxes = evidence.received().stream().map(Received::recipient).collect(Collectors.toSet());
  }

  static List<Check> of(Evidence evidence) {
    Checks checks = new Checks(evidence);
    return List.of(
        checks.everyRecipientEndedOnce(),
        checks.nothingIsLost(),
        checks.nothingCameTwice(),
        checks.nothingCameUnrecorded(),
        checks.suppressedGotNothing(),
        checks.unknownUsersAloneWereSuppressed(),
        checks.whatCameBackIsBelieved(),
        checks.forgeriesHurtNobody(),
        checks.pathFailuresHurtNobody(),
        checks.directIsPort25(),
        checks.mailMovedToAnOpenPort(),
        checks.everybodyCanUnsubscribe(),
        checks.limitsWereKept(),
        checks.smtpWasSpokenWell());
  }

  /** Recipients whose message PostgreSQL calls accepted and no mailbox holds. */
  static Set<String> missing(Evidence evidence) {
    Checks checks = new Checks(evidence);
    return minus(checks.addresses(DeliveryState.ACCEPTED), checks.mailboxes);
  }

  private Check everyRecipientEndedOnce() {
    Set<String> once = new HashSet<>();
    Set<String> wrong = new TreeSet<>();
    for (Delivery delivery : deliveries) {
      if (!once.add(delivery.address()) || delivery.state().equals(DeliveryState.PLANNED.id())) {
        wrong.add(delivery.address());
      }
    }
    wrong.addAll(minus(evidence.audience().recipients(), once));
    wrong.addAll(minus(once, evidence.audience().recipients()));
    return new Check(
        "every recipient ended exactly once",
        wrong.isEmpty(),
        evidence.audience().recipients().size()
            + " recipients, "
            + deliveries.size()
            + " deliveries"
            + named(wrong));
  }

  private Check nothingIsLost() {
    Set<String> accepted = addresses(DeliveryState.ACCEPTED);
    Set<String> missing = missing(evidence);
    return new Check(
        "what PostgreSQL calls accepted is in a mailbox",
        missing.isEmpty(),
        accepted.size() + " accepted, " + missing.size() + " missing" + named(missing));
  }

  private Check nothingCameTwice() {
    Set<String> twice = new TreeSet<>();
    Set<String> once = new HashSet<>();
    evidence
        .received()
        .forEach(
            message -> {
              if (!once.add(message.recipient())) {
                twice.add(message.recipient());
              }
            });
    return new Check(
        "nobody got the message twice",
        twice.isEmpty(),
        evidence.received().size()
            + " messages for "
            + mailboxes.size()
            + " recipients"
            + named(twice));
  }

  private Check nothingCameUnrecorded() {
    Set<String> unrecorded = minus(mailboxes, addresses(DeliveryState.ACCEPTED));
    unrecorded.removeAll(evidence.returned().bounced());
    return new Check(
        "what is in a mailbox PostgreSQL calls accepted, or bounced if it came back",
        unrecorded.isEmpty(),
        mailboxes.size() + " mailboxes, " + unrecorded.size() + " unrecorded" + named(unrecorded));
  }

  private Check suppressedGotNothing() {
    Set<String> suppressed = evidence.audience().suppressed();
    Set<String> wrong = new TreeSet<>(mailboxes);
    wrong.retainAll(suppressed);
    Set<String> recorded = addresses(DeliveryState.SUPPRESSED);
    wrong.addAll(minus(suppressed, recorded));
    wrong.addAll(minus(recorded, suppressed));
    return new Check(
        "no suppressed recipient got mail, and nobody else was left out",
        wrong.isEmpty(),
        suppressed.size() + " suppressed beforehand" + named(wrong));
  }

  private Check unknownUsersAloneWereSuppressed() {
    Set<String> unknown = evidence.audience().unknown();
    Set<String> suppressed = evidence.ledger().suppressedBySending();
    Set<String> wrong = minus(unknown, suppressed);
    wrong.addAll(minus(suppressed, unknown));
    wrong.addAll(minus(unknown, addresses(DeliveryState.BOUNCED)));
    return new Check(
        "unknown users bounced and were suppressed, and nobody else was",
        wrong.isEmpty(),
        unknown.size() + " unknown users, " + suppressed.size() + " suppressed" + named(wrong));
  }

  private Check whatCameBackIsBelieved() {
    LateReturns.Sent returned = evidence.returned();
    Set<String> bounced = addresses(DeliveryState.BOUNCED);
    Set<String> wrong = minus(returned.bounced(), bounced);
    bounced.retainAll(mailboxes);
    wrong.addAll(minus(bounced, returned.bounced()));
    Set<String> suppressed = evidence.ledger().suppressedByFeedback();
    wrong.addAll(minus(returned.suppressed(), suppressed));
    wrong.addAll(minus(suppressed, returned.suppressed()));
    Returned counted = evidence.ledger().returned();
    return new Check(
        "what came back later counts once, and closed mailboxes and complaints are suppressed",
        wrong.isEmpty()
            && !returned.gone().isEmpty()
            && !returned.complained().isEmpty()
            && counted.lateBounces() == returned.bounced().size()
            && counted.complaints() == returned.complained().size(),
        returned.gone().size()
            + " mailboxes gone, "
            + returned.full().size()
            + " full, "
            + returned.complained().size()
            + " complaints; in the report "
            + counted.lateBounces()
            + " late bounces and "
            + counted.complaints()
            + " complaints"
            + named(wrong));
  }

  private Check forgeriesHurtNobody() {
    Set<String> wrong = new TreeSet<>(evidence.returned().spared());
    wrong.removeAll(addresses(DeliveryState.ACCEPTED));
    return new Check(
        "forged bounces were refused and changed nothing",
        wrong.isEmpty()
            && evidence.returned().unexpected() == 0
            && !evidence.returned().spared().isEmpty(),
        evidence.returned().spared().size()
            + " forged, "
            + evidence.returned().unexpected()
            + " mails answered as they should not be"
            + named(wrong));
  }

  private Check pathFailuresHurtNobody() {
    List<PathFailures> failures = evidence.ledger().pathFailures();
    long attempts =
        evidence.ledger().attempts().stream()
            .filter(attempt -> PHASES_OF_PATHS.contains(attempt.phase()))
            .mapToLong(Attempts::count)
            .sum();
    Set<String> isps = failures.stream().map(PathFailures::isp).collect(Collectors.toSet());
    Set<String> hurt = new TreeSet<>();
    for (Delivery delivery : deliveries) {
      boolean isWell =
          delivery.state().equals(DeliveryState.ACCEPTED.id())
              || delivery.state().equals(DeliveryState.SUPPRESSED.id());
      if (isps.contains(delivery.isp()) && !isWell) {
        hurt.add(delivery.address());
      }
    }
    return new Check(
        "path failures made no attempt, no bounce and no suppression",
        attempts == 0 && hurt.isEmpty(),
        failures.stream().mapToLong(PathFailures::count).sum()
            + " path failures at "
            + String.join(", ", new TreeSet<>(isps))
            + ", "
            + attempts
            + " attempts made of them"
            + named(hurt));
  }

  private Check directIsPort25() {
    Set<String> wrong = new TreeSet<>();
    evidence.ledger().attempts().stream()
        .filter(attempt -> isWrong(attempt.route(), attempt.port()))
        .forEach(attempt -> wrong.add(attempt.isp() + " on " + attempt.port()));
    evidence.ledger().pathFailures().stream()
        .filter(failure -> isWrong(failure.route(), failure.port()))
        .forEach(failure -> wrong.add(failure.isp() + " on " + failure.port()));
    int dials = evidence.servers().wrongDials();
    return new Check(
        "direct mail used no port but 25",
        wrong.isEmpty() && dials == 0,
        dials + " connects to mail hosts on other ports" + named(wrong));
  }

  private static boolean isWrong(String route, int port) {
    return route.equals(Path.DIRECT) && port != DIRECT_PORT;
  }

  private Check mailMovedToAnOpenPort() {
    TreeMap<Integer, Long> byPort =
        evidence.received().stream()
            .filter(message -> message.port() != DIRECT_PORT)
            .collect(Collectors.groupingBy(Received::port, TreeMap::new, Collectors.counting()));
    long before = byPort.getOrDefault(SimulatedWorld.BLOCKED_PORT, 0L);
    long all = byPort.values().stream().mapToLong(Long::longValue).sum();
    long blockedConnects =
        evidence.ledger().pathFailures().stream()
            .filter(
                failure ->
                    failure.route().equals(SimulatedWorld.RELAY)
                        && failure.port() == SimulatedWorld.BLOCKED_PORT)
            .mapToLong(PathFailures::count)
            .sum();
    return new Check(
        "when the relay's port "
            + SimulatedWorld.BLOCKED_PORT
            + " was blocked, its mail moved to another port",
        before > 0 && all > before && blockedConnects > 0,
        byPort.entrySet().stream()
                .map(port -> port.getValue() + " by " + port.getKey())
                .collect(Collectors.joining(", "))
            + "; "
            + blockedConnects
            + " connects timed out");
  }

  private Check everybodyCanUnsubscribe() {
    List<String> without =
        evidence.received().stream()
            .filter(message -> !message.canUnsubscribe())
            .map(Received::recipient)
            .toList();
    return new Check(
        "every message can be unsubscribed from",
        without.isEmpty() && !evidence.received().isEmpty(),
        evidence.received().size()
            - without.size()
            + " of "
            + evidence.received().size()
            + " messages"
            + named(without));
  }

  private Check limitsWereKept() {
    List<String> broken = new ArrayList<>();
    Stream.concat(evidence.servers().isps().stream(), Stream.of(evidence.servers().relay()))
        .filter(seen -> !seen.isWithinLimits())
        .forEach(seen -> broken.add(words(seen)));
    return new Check(
        "the servers saw no more connections and messages a connection than the policy allows",
        broken.isEmpty(),
        evidence.servers().isps().size() + " ISPs and the relay" + named(broken));
  }

  private static String words(Seen seen) {
    return seen.name()
        + " saw "
        + seen.connections()
        + " of "
        + seen.connectionsAllowed()
        + " connections, "
        + seen.messagesPerConnection()
        + " of "
        + seen.messagesAllowed()
        + " messages";
  }

  private Check smtpWasSpokenWell() {
    TreeMap<String, Long> violations = new TreeMap<>(evidence.servers().violations());
    return new Check(
        "no server saw a breach of SMTP",
        violations.isEmpty(),
        violations.values().stream().mapToLong(Long::longValue).sum()
            + " breaches"
            + named(violations.keySet()));
  }

  private Set<String> addresses(DeliveryState state) {
    return deliveries.stream()
        .filter(delivery -> delivery.state().equals(state.id()))
        .map(Delivery::address)
        .collect(Collectors.toSet());
  }

  private static Set<String> minus(Set<String> all, Set<String> others) {
    Set<String> left = new TreeSet<>(all);
    left.removeAll(others);
    return left;
  }

  private static String named(Collection<String> wrong) {
    return wrong.isEmpty()
        ? ""
        : wrong.stream()
            .limit(MOST_NAMED)
            .collect(
                Collectors.joining(", ", ": ", wrong.size() > MOST_NAMED ? " and others" : ""));
  }
}
