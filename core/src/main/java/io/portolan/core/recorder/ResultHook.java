package io.portolan.core.recorder;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Adds to the transaction that records a group of results. Thread-safe. */
@FunctionalInterface
public interface ResultHook {
  /** Adds nothing. */
  ResultHook NONE = (_, _) -> {};

  /**
   * Writes beside the results. May be called again for the same group, after a transaction that was
   * rolled back.
   */
  void record(Connection connection, List<RecordedResult> applied) throws SQLException;
}
