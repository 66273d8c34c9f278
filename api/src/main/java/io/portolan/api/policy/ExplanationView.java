package io.portolan.api.policy;

import static java.time.temporal.ChronoUnit.SECONDS;
import static java.util.Comparator.naturalOrder;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.isp.Destination;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Path;
import io.portolan.sender.path.PathChoice;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where a message to an address would go now, and why.
 *
 * @param held present where no path takes mail, so that it would be held
 */
public record ExplanationView(
    String address,
    String isp,
    String platform,
    String basis,
    int policyVersion,
    String rule,
    List<ConsideredView> paths,
    Optional<HeldView> held) {
  public ExplanationView {
    paths = List.copyOf(paths);
  }

  /** A path of the row, and why it would be taken or not. */
  public record ConsideredView(
      String route, int port, String tls, String source, boolean taken, String why) {
    static ConsideredView of(PathChoice.Considered considered) {
      Path path = considered.path();
      return new ConsideredView(
          path.route(),
          path.port(),
          path.tls().id(),
          path.source(),
          considered.taken(),
          considered.why());
    }
  }

  /**
   * That no path takes mail.
   *
   * @param since when the last of them was closed; missing where one is closed by other than what
   *     is known of it, such as its cap
   * @param nextProbe when the first of them is looked at, or tried again; missing where only a
   *     change of the policy or its relays helps
   * @param words the same in a sentence
   */
  public record HeldView(Optional<Instant> since, Optional<Instant> nextProbe, String words) {
    /** Empty while a path takes mail, or others are finding out whether one does. */
    static Optional<HeldView> of(List<PathChoice.Considered> considered) {
      List<PathChoice.Closed> closed =
          considered.stream().flatMap(path -> path.closed().stream()).toList();
      return closed.size() < considered.size() ? Optional.empty() : Optional.of(ofAll(closed));
    }

    private static HeldView ofAll(List<PathChoice.Closed> closed) {
      Optional<Instant> since =
          closed.stream().allMatch(it -> it.since().isPresent())
              ? closed.stream().flatMap(it -> it.since().stream()).max(naturalOrder())
              : Optional.empty();
      Optional<Instant> next =
          closed.stream().flatMap(it -> it.until().stream()).min(naturalOrder());
      return new HeldView(
          since,
          next,
          "held: all ways closed"
              + since.map(it -> " since " + it.truncatedTo(SECONDS)).orElse("")
              + next.map(it -> ", next probe at " + it.truncatedTo(SECONDS))
                  .orElse(", until the policy or its relays change"));
    }
  }

  /** Shows an explanation. */
  public static ExplanationView of(
      EmailAddress address,
      Destination destination,
      EffectiveRule rule,
      List<PathChoice.Considered> considered) {
    return new ExplanationView(
        address.asWritten(),
        destination.isp(),
        destination.platform(),
        destination.basis().id(),
        rule.version(),
        rule.rule(),
        considered.stream().map(ConsideredView::of).toList(),
        HeldView.of(considered));
  }
}
