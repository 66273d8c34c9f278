package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.database.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LimitedConnectionsTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create();
  private final LimitedConnections connections =
      new LimitedConnections(database.database().dataSource());

  @Test
  void handsJobsThreeAtATime() throws Exception {
    try (ExecutorService jobs = Executors.newVirtualThreadPerTaskExecutor()) {
      Connection first = jobs.submit(connections::getConnection).get();
      Connection second = jobs.submit(connections::getConnection).get();
      Connection third = jobs.submit(connections::getConnection).get();
      Future<Connection> fourth = jobs.submit(connections::getConnection);
      assertThat(fourth).isNotDone();
      assertThat(database.database().connectionsInUse()).isEqualTo(3);

      first.close();

      fourth.get(10, TimeUnit.SECONDS).close();
      second.close();
      third.close();
    }
    assertThat(database.database().connectionsInUse()).isZero();
  }

  @Test
  void letsQuartzItselfPassJobsThatWait() throws Exception {
    try (ExecutorService jobs = Executors.newVirtualThreadPerTaskExecutor()) {
      Connection first = jobs.submit(connections::getConnection).get();
      Connection second = jobs.submit(connections::getConnection).get();
      Connection third = jobs.submit(connections::getConnection).get();
      Future<Connection> fourth = jobs.submit(connections::getConnection);

      try (Connection own = connections.getConnection()) {
        assertThat(own.isValid(10)).isTrue();
        assertThat(fourth).isNotDone();
      }

      first.close();
      fourth.get(10, TimeUnit.SECONDS).close();
      second.close();
      third.close();
    }
  }

  @Test
  void countsAConnectionThatIsClosedTwiceOnce() throws Exception {
    try (ExecutorService jobs = Executors.newVirtualThreadPerTaskExecutor()) {
      Connection twice = jobs.submit(connections::getConnection).get();
      twice.close();
      twice.close();
      Connection first = jobs.submit(connections::getConnection).get();
      Connection second = jobs.submit(connections::getConnection).get();
      Connection third = jobs.submit(connections::getConnection).get();
      Future<Connection> fourth = jobs.submit(connections::getConnection);
      assertThat(fourth).isNotDone();

      first.close();
      fourth.get(10, TimeUnit.SECONDS).close();
      second.close();
      third.close();
    }
  }

  @Test
  void saysWhatFailsAndIsSilentAboutTidyingUpAfterwards() throws SQLException {
    try (Connection broken = connections.getConnection()) {
      broken.setAutoCommit(false);
      database.disconnectAll();
      assertThatThrownBy(() -> broken.prepareStatement("SELECT 1").execute())
          .isInstanceOf(SQLException.class);

      broken.rollback();
      broken.setAutoCommit(true);
    }
  }
}
