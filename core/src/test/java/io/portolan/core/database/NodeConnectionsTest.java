package io.portolan.core.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NodeConnectionsTest {
  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @Test
  void endsThoseOfASilentNodeAndNotThoseOfOneThatStartsUnderItsName() {
    database.execute(
        """
        INSERT INTO qrtz_scheduler_state (sched_name, instance_name, last_checkin_time, checkin_interval)
        VALUES ('portolan', 'node', extract(epoch FROM now() - interval '1 min') * 1000, 1000)
        """);
    try (Database node = Database.openFor("node", database.settings())) {
      assertThat(end("node")).as("opened after the last sign of life").isZero();
      assertThat(end("other")).isZero();

      database.execute(
          "UPDATE qrtz_scheduler_state SET last_checkin_time = extract(epoch FROM now() + interval '1 min') * 1000");

      assertThat(end("node")).isPositive();
      Eventually.holds(
          "it connects again",
          () -> {
            try {
              return node.read(c -> Sql.one(c, "SELECT 1 AS n", row -> row.integer("n"))) == 1;
            } catch (DatabaseException e) { // of a connection that was in the pool
              assertThat(e.isConnectionFailure()).isTrue();
              return false;
            }
          });
    }
  }

  private int end(String node) {
    return database
        .database()
        .inTransaction(connection -> NodeConnections.end(connection, List.of(node)));
  }
}
