package io.portolan.core.progress;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An attempt as people see it: where it went and why, and what came of it.
 *
 * @param number of this attempt among the delivery's, from 1
 * @param code the reply code; empty when the peer gave no answer
 * @param why the path was taken
 * @param open what opening the session took; zero when it was open
 * @param exchange from MAIL to the deciding reply
 */
public record AttemptView(
    Instant at,
    int number,
    Where where,
    String phase,
    String outcome,
    Optional<Integer> code,
    Optional<String> enhanced,
    Optional<String> category,
    Optional<String> reply,
    Why why,
    Duration open,
    Duration exchange) {

  /**
   * The path taken and the peer met.
   *
   * @param source the local address; empty for the host's own choice
   */
  public record Where(
      String route, int port, String tls, String source, String host, String peer) {}

  /** The policy's rule and the reason in words. */
  public record Why(int policyVersion, String rule, String decision) {}
}
