package io.portolan.core.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PartitionsTest {
  private static final Instant NOW = Instant.parse("2026-11-24T23:30:00Z");

  private static final String ROWS =
      "SELECT tableoid::regclass || ' ' || detail FROM path_failure ORDER BY at";

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  @Test
  void givesEachDayItsPartitionAndARowItsDay() {
    Partitions partitions = new Partitions(postgres.database());
    partitions.create(NOW, 2);
    partitions.create(NOW, 2);

    failure("2026-11-24T23:59:59.999999Z", "today");
    failure("2026-11-25T00:00:00Z", "tomorrow");
    failure("2026-11-27T00:00:00Z", "beyond");

    assertThat(postgres.texts(ROWS))
        .containsExactly(
            "path_failure_20261124 today",
            "path_failure_20261125 tomorrow",
            "path_failure_default beyond");
  }

  @Test
  void bringsARowHomeThatCameBeforeItsPartition() {
    Partitions partitions = new Partitions(postgres.database());
    failure("2026-11-25T12:00:00Z", "of a clock that ran ahead");

    partitions.create(NOW, 1);

    assertThat(postgres.texts(ROWS))
        .containsExactly("path_failure_20261125 of a clock that ran ahead");
    assertThat(postgres.number("SELECT count(*) FROM path_failure_default")).isZero();
    assertThat(
            postgres.texts(
                "SELECT count(*) FROM pg_indexes WHERE tablename IN ('path_failure_20261125', 'attempt_20261125')"))
        .as("the indexes of the parents")
        .containsExactly("3");
  }

  @Test
  void leavesForLaterWhatSomebodyHasLocked() throws Exception {
    Partitions partitions = new Partitions(postgres.database());
    try (Connection backup = postgres.database().dataSource().getConnection();
        Statement statement = backup.createStatement()) {
      backup.setAutoCommit(false);
      statement.execute("LOCK TABLE attempt_default IN ACCESS SHARE MODE");

      assertThat(partitions.createIfFree(NOW, 1)).isFalse();

      backup.rollback();
      backup.setAutoCommit(true);
    }
    assertThat(partitions.createIfFree(NOW, 1)).isTrue();
    failure("2026-11-25T00:00:00Z", "tomorrow");
    assertThat(postgres.texts(ROWS)).containsExactly("path_failure_20261125 tomorrow");
  }

  @Test
  void dropsWhatIsTooOldInPartitionsAndOutside() {
    Partitions partitions = new Partitions(postgres.database());
    partitions.create(Instant.parse("2026-11-20T00:00:00Z"), 5);
    failure("2020-01-01T00:00:00Z", "of a clock that ran behind");
    failure("2026-11-21T12:00:00Z", "old");
    failure("2026-11-22T12:00:00Z", "kept");

    partitions.drop(NOW, 2);

    assertThat(postgres.texts(ROWS)).containsExactly("path_failure_20261122 kept");
    assertThat(
            postgres.texts(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                    + " WHERE i.inhparent = 'attempt'::regclass ORDER BY 1"))
        .containsExactly(
            "attempt_20261122",
            "attempt_20261123",
            "attempt_20261124",
            "attempt_20261125",
            "attempt_default");
  }

  private void failure(String at, String detail) {
    postgres.execute(
        """
        INSERT INTO path_failure (at, campaign_id, policy_version, port, millis, isp, platform, route, tls, host, phase,
                                  kind, detail)
        VALUES (?::timestamptz, 1, 1, 25, 1, 'i', 'p', 'direct', 'none', 'h', 'connect', 'connect-timeout', ?)
        """,
        at,
        detail);
  }
}
