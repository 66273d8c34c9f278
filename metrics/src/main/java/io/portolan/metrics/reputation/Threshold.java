package io.portolan.metrics.reputation;

import java.net.URI;
import java.util.Optional;

/**
 * A limit that somebody publishes, or that the operator sets.
 *
 * @param scope whether the owner is an ISP, with its platform's mail, or the service behind a relay
 * @param owner the id of an ISP, the name of a service, or of a relay
 * @param measure what is limited
 * @param limit the share that must not be reached; 0 where not one may be refused
 * @param rule what is asked, such as "keep below"
 * @param consequence what happens beyond it
 * @param publication where it is published; empty for a limit of the operator's own
 */
public record Threshold(
    String id,
    Scope scope,
    String owner,
    Component measure,
    double limit,
    String rule,
    String consequence,
    Optional<Publication> publication) {

  /** Whose limit it is. */
  public enum Scope {
    ISP,
    RELAY
  }

  /**
   * Where a limit is published.
   *
   * @param since in force since then, or known since; a date or a month
   */
  public record Publication(URI source, String since) {}

  /** Where it comes from, as in the API: {@code shipped} or {@code operator}. */
  public String origin() {
    return isOwn() ? "operator" : "shipped";
  }

  /** Whether the operator set it. */
  public boolean isOwn() {
    return publication.isEmpty();
  }
}
