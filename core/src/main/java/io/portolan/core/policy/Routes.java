package io.portolan.core.policy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** The routes, beside direct, that a path may name at this moment. Thread-safe. */
@FunctionalInterface
public interface Routes {
  Optional<? extends Route> find(String name);

  /**
   * The routes as a transaction that holds {@link PolicyStore#lock} sees them, where they are
   * stored: they stay so until it ends.
   */
  default Routes on(Connection connection) throws SQLException {
    return this;
  }
}
