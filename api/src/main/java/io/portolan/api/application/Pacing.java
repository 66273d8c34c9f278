package io.portolan.api.application;

import io.portolan.api.configuration.Configuration.MailConfiguration;
import io.portolan.core.database.Database;
import io.portolan.core.pace.SendingGuard;
import io.portolan.core.pace.WarmUpStore;
import io.portolan.core.pace.WarmUps;
import io.portolan.core.path.AllowanceStore;
import io.portolan.core.path.Allowances;
import io.portolan.core.policy.ActivePolicy;
import io.portolan.sender.lane.LaneSettings;
import io.portolan.sender.pace.Paces;
import io.portolan.sender.pace.PathCaps;
import java.time.InstantSource;

/** Builds what says how much and how fast a node may send. */
public final class Pacing {
  private Pacing() {}

  /** How much paths may carry, over all nodes or, where the policy says so, this one. */
  public static PathCaps caps(Database database, String node, InstantSource clock) {
    return new PathCaps(
        new Allowances(new AllowanceStore(database), clock),
        new WarmUps(new WarmUpStore(database), new SendingGuard(database), clock),
        node);
  }

  static Paces paces(Stores stores, ActivePolicy policy, InstantSource clock) {
    Paces paces = new Paces(stores.paces(), policy, clock);
    paces.start();
    return paces;
  }

  static LaneSettings laneSettings(MailConfiguration mail, String node) {
    return new LaneSettings(
        mail.heloName(),
        mail.sessions(),
        mail.batchesPerPlatform(),
        mail.idleLinger(),
        mail.refusalsInARow(),
        node);
  }
}
