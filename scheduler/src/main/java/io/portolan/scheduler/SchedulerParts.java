package io.portolan.scheduler;

import io.portolan.core.database.Database;
import io.portolan.core.delivery.BatchSender;
import io.portolan.core.isp.DomainResolver;
import java.time.InstantSource;
import java.util.List;

/**
 * What a scheduler works with. It closes none of it, but shuts the gate when it stops.
 *
 * @param gate the one that the sender asks
 * @param chores done now and then besides the scheduler's own
 */
public record SchedulerParts(
    Database database,
    DomainResolver resolver,
    BatchSender sender,
    CampaignGatePoller gate,
    InstantSource clock,
    List<Chore> chores) {
  public SchedulerParts {
    chores = List.copyOf(chores);
  }
}
