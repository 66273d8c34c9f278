package io.portolan.sender.pace;

import io.portolan.core.database.Database;
import io.portolan.core.pace.WarmUpStore;
import io.portolan.core.pace.WarmUps;
import io.portolan.core.path.AllowanceStore;
import io.portolan.core.path.Allowances;
import java.time.InstantSource;
import java.util.Optional;

/** Caps over a real database, with warm-ups that no guard holds back. */
public final class TestCaps {
  private TestCaps() {}

  public static PathCaps of(Database database, InstantSource clock, String node) {
    return new PathCaps(
        new Allowances(new AllowanceStore(database), clock),
        new WarmUps(new WarmUpStore(database), (_, _, _, _, _, _) -> Optional.empty(), clock),
        node);
  }
}
