package io.portolan.api.demo;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known when the campaign has ended: who was to get mail, what PostgreSQL says of it, what
 * the simulated mailboxes hold, what was sent back, and what the servers saw. Addresses are in
 * lower case.
 */
record Evidence(
    Audience audience,
    Ledger ledger,
    List<Received> received,
    LateReturns.Sent returned,
    Servers servers) {
  Evidence {
    received = List.copyOf(received);
  }

  /**
   * Who was to get mail.
   *
   * @param recipients all of the list
   * @param suppressed those of them that were suppressed beforehand
   * @param unknown those of them of which their ISP says that there is no such user
   */
  record Audience(Set<String> recipients, Set<String> suppressed, Set<String> unknown) {
    Audience {
      recipients = Set.copyOf(recipients);
      suppressed = Set.copyOf(suppressed);
      unknown = Set.copyOf(unknown);
    }
  }

  /**
   * What PostgreSQL says.
   *
   * @param suppressedBySending the addresses that were suppressed because of a bounce
   * @param suppressedByFeedback the addresses that were suppressed because of what came back later
   * @param returned what came back after acceptance, as reports count it
   */
  record Ledger(
      List<Delivery> deliveries,
      List<Attempts> attempts,
      List<PathFailures> pathFailures,
      Set<String> suppressedBySending,
      Set<String> suppressedByFeedback,
      Returned returned) {
    Ledger {
      deliveries = List.copyOf(deliveries);
      attempts = List.copyOf(attempts);
      pathFailures = List.copyOf(pathFailures);
      suppressedBySending = Set.copyOf(suppressedBySending);
      suppressedByFeedback = Set.copyOf(suppressedByFeedback);
    }
  }

  /** How many messages bounced after they were accepted, and how many complaints there were. */
  record Returned(long lateBounces, long complaints) {}

  /** A delivery and its state. */
  record Delivery(String address, String isp, String state) {}

  /** How many attempts of a kind there were. */
  record Attempts(String isp, String route, int port, String phase, String outcome, long count) {}

  /** How many times a path could not be opened. */
  record PathFailures(String isp, String route, int port, long count) {}

  /**
   * A message in a simulated mailbox.
   *
   * @param port on which the server took it
   * @param canUnsubscribe whether it has a List-Unsubscribe field; true where the text is not kept
   */
  record Received(String recipient, int port, boolean canUnsubscribe) {}

  /**
   * What the servers saw.
   *
   * @param wrongDials connects to a mail host on another port than 25
   * @param violations breaches of SMTP by what was breached
   */
  record Servers(List<Seen> isps, Seen relay, int wrongDials, Map<String, Long> violations) {
    Servers {
      isps = List.copyOf(isps);
      violations = Map.copyOf(violations);
    }
  }

  /** What one ISP or relay saw, beside what the policy allows. */
  record Seen(
      String name,
      int connections,
      int connectionsAllowed,
      int messagesPerConnection,
      int messagesAllowed) {
    boolean isWithinLimits() {
      return connections <= connectionsAllowed && messagesPerConnection <= messagesAllowed;
    }
  }
}
