package io.portolan.core.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqlTest {
  private static final Instant INSTANT = Instant.parse("2026-03-29T01:30:00.123456Z");

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  @Test
  void bindsAndReadsWhatTheTablesHold() {
    String sql =
        """
        SELECT ?::timestamptz AS moment, ?::timestamptz AS never, ?::bigint AS big, ?::int AS small,
               ?::int AS none, ?::bytea AS bytes, ?::boolean AS flag, ?::text AS text,
               array_length(?, 1) AS numbers, array_length(?, 1) AS texts
        """;

    String read =
        postgres
            .database()
            .read(
                connection ->
                    Sql.one(
                        connection,
                        sql,
                        row ->
                            row.instant("moment")
                                + " "
                                + row.optionalInstant("never")
                                + " "
                                + row.optionalNumber("big")
                                + " "
                                + row.optionalInteger("small")
                                + " "
                                + row.optionalInteger("none")
                                + " "
                                + row.bytes("bytes").length
                                + " "
                                + row.flag("flag")
                                + " "
                                + row.optionalText("text")
                                + " "
                                + row.integer("numbers")
                                + " "
                                + row.number("texts"),
                        INSTANT,
                        Optional.empty(),
                        Optional.of(1L << 40),
                        7,
                        null,
                        new byte[3],
                        true,
                        Optional.of("x"),
                        List.of(1L, 2L),
                        List.of("a")));

    assertThat(read)
        .isEqualTo(
            "2026-03-29T01:30:00.123456Z Optional.empty Optional[1099511627776] Optional[7]"
                + " Optional.empty 3 true Optional[x] 2 1");
  }

  @Test
  void refusesANullWhereAValueIsExpected() {
    assertThatThrownBy(() -> one("SELECT NULL::text AS text"))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("column text is null");
  }

  @Test
  void refusesOtherThanOneRowWhereOneIsExpected() {
    assertThatThrownBy(() -> one("SELECT 'a' AS text UNION ALL SELECT 'b'"))
        .hasMessageContaining("one row was expected, not 2");
    assertThatThrownBy(() -> one("SELECT 'a' AS text WHERE false"))
        .hasMessageContaining("one row was expected, not none");
  }

  private static String one(String sql) {
    return postgres
        .database()
        .read(connection -> Sql.one(connection, sql, row -> row.text("text")));
  }
}
