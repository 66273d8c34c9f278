package io.portolan.api.hold;

import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * When complaints held all mail of a sending domain, the latest first.
 *
 * @param note what is still held, and how it goes on
 */
record DomainHoldsView(String domain, List<EventView> holds, Optional<String> note) {

  /**
   * One hold.
   *
   * @param isp missing where mail to all ISPs was held
   * @param campaigns of the domain that ran then
   */
  record EventView(
      Optional<String> isp,
      String guard,
      long trials,
      long hits,
      String reason,
      Instant heldAt,
      List<CampaignView> campaigns) {}

  /**
   * A campaign that was held.
   *
   * @param releasedAt missing while it waits for a person, and where it ended before
   */
  record CampaignView(
      long id,
      String name,
      Optional<Instant> releasedAt,
      Optional<String> releasedBy,
      Optional<String> note) {}

  /**
   * The view of a domain's holds.
   *
   * @param others what other guardrails hold of campaigns that were let go on
   */
  static DomainHoldsView of(String domain, List<HoldEvent> events, List<Hold> others) {
    return new DomainHoldsView(
        domain,
        events.stream().map(DomainHoldsView::event).toList(),
        Optional.of((advice(domain, events) + " " + stillHeld(others)).strip())
            .filter(note -> !note.isEmpty()));
  }

  private static EventView event(HoldEvent event) {
    return new EventView(
        HoldsView.some(event.isp()),
        event.guard(),
        event.trials(),
        event.hits(),
        event.reason(),
        event.heldAt(),
        event.campaigns().stream()
            .map(
                each ->
                    new CampaignView(
                        each.id(),
                        each.name(),
                        each.releasedAt(),
                        HoldsView.some(each.releasedBy()),
                        HoldsView.some(each.note())))
            .toList());
  }

  private static String advice(String domain, List<HoldEvent> events) {
    String places =
        events.stream()
            .filter(event -> event.campaigns().stream().anyMatch(HoldEvent.HeldCampaign::isHeld))
            .map(event -> event.isp().isEmpty() ? "all of it" : "its mail to " + event.isp())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    return places.isEmpty() ? "" : HoldsView.adviceOfDomain(domain, places);
  }

  private static String stillHeld(List<Hold> others) {
    return others.stream()
        .map(
            hold ->
                "Campaign %d is still held%s: %s."
                    .formatted(
                        hold.campaignId(),
                        hold.isOfCampaign() ? " as a whole" : " at " + hold.isp(),
                        hold.reason()))
        .collect(Collectors.joining(" "));
  }
}
