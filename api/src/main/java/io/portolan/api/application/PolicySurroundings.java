package io.portolan.api.application;

import io.portolan.core.database.Database;
import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyCheck.Surroundings;
import io.portolan.core.policy.Routes;
import io.portolan.core.relay.StoredRelay;
import io.portolan.metrics.policy.PolicyAdvisor;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.smtp.SocketDialer;
import java.time.InstantSource;

/** The check of policies and the advice on them, by what there is at the moment. */
public final class PolicySurroundings {
  private PolicySurroundings() {}

  public static PolicyCheck check(IspDirectory isps, Routes relays, PathHealth paths) {
    return new PolicyCheck(
        id -> isps.find(id).isPresent(),
        relays,
        new Surroundings(
            id -> isps.find(id).map(Isp::platform).orElse(id),
            SocketDialer::hasAddress,
            paths::closedBecause));
  }

  /** Advice on the policy in force. */
  public static PolicyAdvisor advisor(Database database, Stores stores, InstantSource clock) {
    return new PolicyAdvisor(
        database,
        stores.policies(),
        () -> stores.relays().list().stream().map(StoredRelay::relay).toList(),
        clock);
  }
}
