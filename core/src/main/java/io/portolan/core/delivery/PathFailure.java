package io.portolan.core.delivery;

import io.portolan.core.policy.Path;
import io.portolan.core.reply.Phase;
import java.time.Duration;
import java.time.Instant;

/**
 * A path that could not be opened. No attempt and no bounce: no recipient was offered anything.
 *
 * @param isp of the delivery for which it was opened
 * @param kind a closed set, such as connect-timeout, connect-refused, no-route, tls-failed
 * @param detail for people; never used to decide
 * @param took from the start to the failure
 * @param evidence what the peer showed of itself, as a JSON object
 */
public record PathFailure(
    Instant at,
    long campaignId,
    String isp,
    String platform,
    Path path,
    int policyVersion,
    String host,
    Phase phase,
    String kind,
    String detail,
    Duration took,
    String evidence) {
  /** A failure of which nothing but what is said here is known. */
  public PathFailure(
      Instant at,
      long campaignId,
      String isp,
      String platform,
      Path path,
      int policyVersion,
      String host,
      Phase phase,
      String kind,
      String detail,
      Duration took) {
    this(at, campaignId, isp, platform, path, policyVersion, host, phase, kind, detail, took, "{}");
  }
}
