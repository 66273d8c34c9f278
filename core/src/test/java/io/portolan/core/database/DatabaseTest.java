package io.portolan.core.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DatabaseTest {
  @RegisterExtension final TestDatabase fixture = TestDatabase.create();

  @Test
  void refusesASchemaOfALaterVersion() {
    fixture.execute(
        """
        INSERT INTO flyway_schema_history
               (installed_rank, version, description, type, script, installed_by, execution_time, success)
        VALUES (9999, '9999', 'later', 'SQL', 'V9999__later.sql', 'portolan', 0, true)
        """);

    assertThatThrownBy(() -> Database.open(fixture.settings()))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("schema could not be brought up to date");
  }

  @Test
  void opensASchemaThatIsUpToDate() {
    try (Database second = Database.open(fixture.settings())) {
      assertThat(second.connectionsInUse()).isZero();
    }
  }

  @Test
  void givesUpOnASilentServerWhereMuchWaits() {
    assertThatThrownBy(
            () ->
                fixture
                    .database()
                    .readWithin(
                        Duration.ofMillis(100),
                        c -> Sql.one(c, "SELECT pg_sleep(30)::text AS s", row -> row.text("s"))))
        .isInstanceOfSatisfying(
            DatabaseException.class, e -> assertThat(e.isConnectionFailure()).isTrue());
    fixture.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'");
  }

  @Test
  void saysWhichServerCannotBeReached() throws IOException {
    String url = "jdbc:postgresql://localhost:" + unusedPort() + "/portolan";

    assertThatThrownBy(
            () -> Database.open(new DatabaseSettings(url, "", "", 4, Duration.ofSeconds(1))))
        .isInstanceOfSatisfying(
            DatabaseException.class, e -> assertThat(e.isConnectionFailure()).isTrue())
        .hasMessageContaining(url);
  }

  @Test
  void endsATransactionThatIsSilentSoThatAFrozenNodeLocksNothingForLong() {
    String limit =
        fixture
            .database()
            .read(
                connection ->
                    Sql.one(
                        connection,
                        "SHOW idle_in_transaction_session_timeout",
                        row -> row.text("idle_in_transaction_session_timeout")));
    DatabaseException ended =
        new DatabaseException("A statement", new SQLException("terminating", "25P03"));

    assertThat(limit).isEqualTo("5s");
    assertThat(ended.isConnectionFailure()).isTrue();
    assertThat(ended.mayPass()).isTrue();
  }

  @Test
  void runsATransactionAgainAfterASerializationFailure() {
    AtomicInteger runs = new AtomicInteger();

    int run =
        fixture
            .database()
            .inTransaction(
                connection -> {
                  if (runs.incrementAndGet() < 3) {
                    throw new SQLException("could not serialize access", "40001");
                  }
                  return runs.get();
                });

    assertThat(run).isEqualTo(3);
  }

  @Test
  void undoesAllOfATransactionThatFails() {
    assertThatThrownBy(
            () ->
                fixture
                    .database()
                    .execute(
                        connection -> {
                          try (Statement statement = connection.createStatement()) {
                            statement.execute(
                                "INSERT INTO mailing_list (name) VALUES ('customers')");
                            statement.execute("SELECT 1 / 0");
                          }
                        }))
        .isInstanceOfSatisfying(
            DatabaseException.class, e -> assertThat(e.sqlState()).isEqualTo("22012"));

    assertThat(fixture.number("SELECT count(*) FROM mailing_list")).isZero();
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
