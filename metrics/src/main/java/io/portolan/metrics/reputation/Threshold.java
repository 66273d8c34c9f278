package io.portolan.metrics.reputation;

import java.net.URI;

/**
 * A limit that somebody publishes.
 *
 * @param scope whether the owner is an ISP, with its platform's mail, or the service behind a relay
 * @param owner the id of an ISP, or the name of a service
 * @param measure what is limited
 * @param limit the share that must not be reached; 0 where not one may be refused
 * @param rule what is asked, such as "keep below"
 * @param consequence what happens beyond it
 * @param since in force since then, or known since; a date or a month
 */
public record Threshold(
    String id,
    Scope scope,
    String owner,
    Component measure,
    double limit,
    String rule,
    String consequence,
    URI source,
    String since) {

  /** Whose limit it is. */
  public enum Scope {
    ISP,
    RELAY
  }
}
