package io.portolan.core.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TestDatabaseTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @Test
  void isMigrated() {
    assertThat(database.number("SELECT count(*) FROM flyway_schema_history WHERE NOT success"))
        .isZero();
    assertThat(database.number("SELECT count(*) FROM delivery")).isZero();
  }

  @Test
  void runsSessionsInAnotherZoneThanTheJvm() {
    assertThat(database.texts("SHOW timezone")).containsExactly(SessionZoneDriver.ZONE);
  }

  @Test
  void commitsDurably() {
    assertThat(database.texts("SHOW synchronous_commit")).containsExactly("on");
  }

  @Test
  void sharesNothingWithAnotherDatabase() {
    try (TestDatabase other = TestDatabase.create()) {
      other.execute("INSERT INTO mailing_list (name) VALUES (?)", "customers");

      assertThat(other.number("SELECT count(*) FROM mailing_list")).isOne();
      assertThat(database.number("SELECT count(*) FROM mailing_list")).isZero();
    }
  }

  @Test
  void failsWhereAConnectionWasNotGivenBack() throws SQLException {
    TestDatabase leaking = TestDatabase.create();
    Connection leaked = leaking.database().dataSource().getConnection();

    assertThatThrownBy(leaking::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("1 connections not given back");
    leaked.close();
  }

  @Test
  void failsWhereASecondPoolWasNotClosed() {
    TestDatabase leaking = TestDatabase.create();
    Database second = Database.open(leaking.settings());

    assertThatThrownBy(leaking::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Connections left open: portolan");
    second.close();
  }

  @Test
  void endsSessionsOnDemand() throws SQLException {
    try (TestDatabase disturbed = TestDatabase.create();
        Connection session = DriverManager.getConnection(disturbed.settings().jdbcUrl())) {
      disturbed.disconnectAll();

      assertThat(session.isValid(1)).isFalse();
    }
  }

  @Test
  @Tag("system")
  void runsOnAContainerWhereOneIsAskedFor() {
    assertThat(TestServer.get().origin()).isEqualTo(TestServer.Origin.CONTAINER);
  }
}
