package io.portolan.metrics.schedule;

import io.portolan.metrics.report.Span;
import io.portolan.metrics.reputation.Window;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Set;

/**
 * What a report is about.
 *
 * @param campaignId for {@link Kind#CAMPAIGN}; else 0
 * @param isp for {@link Kind#ISP}; else empty
 * @param days length of the span, one of {@link #DAYS}; 0 for a campaign, which is reported as a
 *     whole
 */
public record Topic(Kind kind, long campaignId, String isp, int days) {
  /** The lengths of spans. */
  public static final Set<Integer> DAYS = Set.of(1, 7, 30);

  /** Kinds of reports. */
  public enum Kind {
    CAMPAIGN,
    ALL,
    ISP,
    PORTS,
    REPUTATION;

    /** Its name in the API and in tables. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The window of reputation that is as long. */
  public Window window() {
    return switch (days) {
      case 1 -> Window.DAY;
      case 7 -> Window.WEEK;
      default -> Window.MONTH;
    };
  }

  /**
   * The span that ends at an instant: days of the zone's calendar, which may have 23 or 25 hours.
   */
  public Span span(Instant until, ZoneId zone) {
    return Span.of(until.atZone(zone).minusDays(days).toInstant(), until);
  }
}
