package io.portolan.metrics.report;

import io.portolan.core.reply.BounceCategory;
import java.util.Optional;

/**
 * What else is known of attempts: the numerators and denominators of rates that are no endings.
 *
 * @param throttled attempts refused, for now or for good, because there was too much in too short a
 *     time
 * @param unauthenticated attempts refused because SPF, DKIM, DMARC, PTR or HELO do not hold
 * @param encrypted accepted over TLS
 * @param plain accepted without TLS; what was sent before this was recorded is in neither
 * @param byRelay accepted by a relay, which says nothing of the ISP until its events arrive
 */
public record Marks(
    long throttled, long unauthenticated, long encrypted, long plain, long byRelay) {
  public static final Marks NONE = new Marks(0, 0, 0, 0, 0);

  static Marks refused(String category, long count) {
    Optional<BounceCategory> known = BounceCategory.of(category);
    return known
        .map(
            it ->
                switch (it) {
                  case RATE_LIMITED -> new Marks(count, 0, 0, 0, 0);
                  case AUTH_FAILURE, DNS_IDENTITY -> new Marks(0, count, 0, 0, 0);
                  default -> NONE;
                })
        .orElse(NONE);
  }

  static Marks accepted(String encryption, boolean byRelay, long count) {
    return new Marks(
        0,
        0,
        encryption.equals("tls") ? count : 0,
        encryption.equals("plain") ? count : 0,
        byRelay ? count : 0);
  }

  Marks plus(Marks other) {
    return new Marks(
        throttled + other.throttled,
        unauthenticated + other.unauthenticated,
        encrypted + other.encrypted,
        plain + other.plain,
        byRelay + other.byRelay);
  }
}
