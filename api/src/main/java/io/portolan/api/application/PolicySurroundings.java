package io.portolan.api.application;

import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyCheck.Surroundings;
import io.portolan.core.policy.Routes;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.smtp.SocketDialer;

/** The check of policies by what this host is and how its paths stand at the moment. */
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
}
