package io.portolan.core.batch;

import io.portolan.core.address.Domain;
import java.util.List;

/** What became of one step of planning. */
public sealed interface PlanStep {

  /**
   * A chunk is planned and committed.
   *
   * @param recipients that became deliveries
   * @param suppressed of these, ended at once
   * @param cancelled of these, ended at once because the campaign has been cancelled
   * @param batches made
   * @param last whether planning is complete with it
   */
  record Planned(int recipients, int suppressed, int cancelled, int batches, boolean last)
      implements PlanStep {}

  /** Nothing was planned: these recipient domains have to be resolved first. */
  record Unresolved(List<Domain> domains) implements PlanStep {
    public Unresolved {
      domains = List.copyOf(domains);
    }
  }

  /** Nothing is left to plan: planning was complete before, or the campaign is not launched. */
  record Complete() implements PlanStep {}

  /** Another node is planning this campaign. */
  record Busy() implements PlanStep {}
}
