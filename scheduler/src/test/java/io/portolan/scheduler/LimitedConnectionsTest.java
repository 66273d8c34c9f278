package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.database.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LimitedConnectionsTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create();
  private final LimitedConnections connections =
      new LimitedConnections(database.database().dataSource());

  @Test
  void handsOutThreeAtATime() throws Exception {
    Connection first = connections.getConnection();
    try (Connection _ = connections.getConnection();
        Connection _ = connections.getConnection()) {
      assertThat(database.database().connectionsInUse()).isEqualTo(3);
      CompletableFuture<Connection> fourth = CompletableFuture.supplyAsync(this::connectionOrFail);
      assertThat(fourth).isNotDone();

      first.close();

      fourth.get(10, TimeUnit.SECONDS).close();
    }
    assertThat(database.database().connectionsInUse()).isZero();
  }

  @Test
  void countsAConnectionThatIsClosedTwiceOnce() throws Exception {
    Connection twice = connections.getConnection();
    twice.close();
    twice.close();
    CompletableFuture<Connection> fourth;
    try (Connection _ = connections.getConnection();
        Connection _ = connections.getConnection();
        Connection _ = connections.getConnection()) {
      fourth = CompletableFuture.supplyAsync(this::connectionOrFail);
      assertThat(fourth).isNotDone();
    }
    fourth.get(10, TimeUnit.SECONDS).close();
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

  private Connection connectionOrFail() {
    try {
      return connections.getConnection();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
