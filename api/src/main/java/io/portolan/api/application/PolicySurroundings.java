package io.portolan.api.application;

import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyCheck.Surroundings;
import io.portolan.core.policy.Routes;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.path.PathStatus;
import io.portolan.sender.smtp.SocketDialer;
import java.util.Optional;

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
            (path, platform) -> closedBecause(paths, path, platform)));
  }

  /** Why a path to a platform is not open at this moment; empty while it is, or not known. */
  private static Optional<String> closedBecause(PathHealth paths, Path path, String platform) {
    return paths.snapshot().stream()
        .filter(status -> leadsTo(status, path, platform))
        .filter(
            status ->
                switch (status.state()) {
                  case SUSPECT, BLOCKED, HALF_OPEN -> true;
                  case UNKNOWN, OPEN -> false;
                })
        .findFirst()
        .map(status -> status.state().id() + " (" + status.evidence() + ")");
  }

  private static boolean leadsTo(PathStatus status, Path path, String platform) {
    boolean isOfAll = status.target().isEmpty();
    if (status.path().equals(path)) {
      return isOfAll || status.target().equals(platform);
    }
    // direct's port as a whole stands for every TLS mode
    return isOfAll
        && path.isDirect()
        && status.path().isDirect()
        && status.path().port() == path.port()
        && status.path().source().equals(path.source());
  }
}
