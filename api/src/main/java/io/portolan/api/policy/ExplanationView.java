package io.portolan.api.policy;

import io.portolan.core.address.EmailAddress;
import io.portolan.core.isp.Destination;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Path;
import io.portolan.sender.path.PathChoice;
import java.util.List;

/** Where a message to an address would go now, and why. */
public record ExplanationView(
    String address,
    String isp,
    String platform,
    String basis,
    int policyVersion,
    String rule,
    List<ConsideredView> paths) {
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
        considered.stream().map(ConsideredView::of).toList());
  }
}
