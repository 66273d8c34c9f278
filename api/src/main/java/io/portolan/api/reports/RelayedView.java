package io.portolan.api.reports;

import io.portolan.core.relay.RelayReporting;
import io.portolan.core.relay.RelayReports;
import io.portolan.core.relay.RelayShare;
import java.util.List;

/**
 * What a relay accepted without having said what became of it.
 *
 * @param reports what may still be heard of it: events, bounces or nothing
 * @param note the same in words, with what to do where nothing is
 */
public record RelayedView(String relay, long relayed, String reports, String note) {
  /** The views of relays' shares. */
  public static List<RelayedView> of(List<RelayShare> shares, RelayReporting reporting) {
    return shares.stream().map(share -> of(share, reporting.of(share.relay()))).toList();
  }

  private static RelayedView of(RelayShare share, RelayReports reports) {
    return new RelayedView(
        share.relay(), share.relayed(), reports.id(), reports.words(share.relay()));
  }
}
