package io.portolan.scheduler.cluster;

import io.portolan.core.database.NodeConnections;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.quartz.JobPersistenceException;
import org.quartz.impl.jdbcjobstore.InvalidConfigurationException;
import org.quartz.impl.jdbcjobstore.JobStoreTX;
import org.quartz.impl.jdbcjobstore.SchedulerStateRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Quartz's tables, for nodes that know who of them is alive by {@link CheckIns}. Whoever is found
 * dead loses its connections to the database before Quartz's locks are asked for: a node that is
 * frozen may wait for those on several connections, and each would be granted them in turn and keep
 * them until the server ends its transaction.
 *
 * <p>Thread-safe, as Quartz's store is.
 */
@SuppressWarnings("unchecked") // Quartz overrides a generic method of its own with a raw one
public final class ClusterStore extends JobStoreTX {
  private static final Logger log = LoggerFactory.getLogger(ClusterStore.class);

  public ClusterStore() {
    try {
      setDriverDelegateClass(CheckIns.class.getName());
    } catch (InvalidConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected List<SchedulerStateRecord> findFailedInstances(Connection connection)
      throws JobPersistenceException {
    List<SchedulerStateRecord> failed = super.findFailedInstances(connection);
    // this node finds what is left of its own last run, if that had the same name
    List<String> others =
        failed.stream()
            .map(SchedulerStateRecord::getSchedulerInstanceId)
            .filter(node -> !node.equals(getInstanceId()))
            .toList();
    if (!others.isEmpty()) {
      try {
        int ended = NodeConnections.end(connection, others);
        if (ended > 0) {
          log.info(
              "nodes {} are silent and have lost {} connections to the database", others, ended);
        }
      } catch (SQLException e) {
        throw new JobPersistenceException("The connections of silent nodes could not be ended", e);
      }
    }
    return failed;
  }

  /** By its check-in a node is dead for ever, or never. */
  @Override
  protected long calcFailedIfAfter(SchedulerStateRecord checkIn) {
    return checkIn instanceof CheckIns.CheckIn seen && seen.isSilent()
        ? Long.MIN_VALUE
        : Long.MAX_VALUE;
  }
}
