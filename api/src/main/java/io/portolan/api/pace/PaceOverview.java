package io.portolan.api.pace;

import io.portolan.api.application.Application;
import io.portolan.core.isp.Isp;
import io.portolan.core.pace.Pace;
import io.portolan.core.pace.PaceChange;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.PolicyRule;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How fast every platform is sent to, and how far the warm-ups are. */
public record PaceOverview(List<PaceRow> platforms, List<WarmUpRow> warmUps) {

  /**
   * The platforms that the policy in force has rows for, and all that throttled us; relays while
   * they cool down.
   */
  public static PaceOverview of(Application.Parts parts) {
    Instant now = parts.clock().instant();
    Map<String, PaceRow> rows = new TreeMap<>();
    parts.stores().policies().active().stream()
        .flatMap(active -> active.policy().rules().stream())
        .map(PolicyRule::isp)
        .filter(isp -> isPlatform(parts, isp))
        .forEach(platform -> rows.put(platform, PaceRow.of(platform, limits(parts, platform))));
    for (Pace pace : parts.stores().paces().all()) {
      if (!pace.isOfRelay()) {
        rows.put(pace.lane(), PaceRow.of(pace, limits(parts, pace.lane()), now));
      } else if (pace.isCoolingDown(now)) {
        rows.put(pace.lane(), PaceRow.ofRelay(pace, now));
      }
    }
    return new PaceOverview(
        List.copyOf(rows.values()),
        parts.stores().warmUps().present().stream().map(WarmUpRow::of).toList());
  }

  private static boolean isPlatform(Application.Parts parts, String isp) {
    return isp.equals(Isp.OTHER.id())
        || parts.isps().find(isp).filter(found -> found.platform().equals(isp)).isPresent();
  }

  private static Limits limits(Application.Parts parts, String lane) {
    return Pace.limits(lane, parts.policy());
  }

  /** A change of a pace. */
  public record ChangeRow(
      long id,
      Instant at,
      String platform,
      String kind,
      Optional<Double> from,
      Optional<Double> to,
      Optional<Instant> resumesAt,
      String reply,
      String node) {
    public static ChangeRow of(PaceChange change) {
      return new ChangeRow(
          change.id(),
          change.at(),
          change.lane(),
          change.kind().id(),
          change.from(),
          change.to(),
          change.resumesAt(),
          change.reply(),
          change.node());
    }
  }
}
