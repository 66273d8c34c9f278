package io.portolan.core.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CopyRowsTest {
  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private static final String COPY = "COPY copied (n, t, j) FROM STDIN (FORMAT binary)";

  @Test
  void bringsValuesAsTheyAre() {
    List<String> texts = List.of("", "tab\t line\r\n back\\slash \\. 'quote' \"", "\\N", "äöü 😀");
    CopyRows rows = new CopyRows(3);
    long number = Long.MIN_VALUE;
    for (String text : texts) {
      rows.begin();
      rows.add(number++);
      rows.add(text);
      rows.addJson("{\"a\": \"\\u20ac\"}");
    }

    assertThat(rows.rows()).isEqualTo(4);
    assertThat(copied(rows, 1))
        .containsExactlyElementsOf(
            texts.stream()
                .map(text -> (Long.MIN_VALUE + texts.indexOf(text)) + " " + text + " €")
                .toList());
  }

  @Test
  void sendsTheSameRowsAgainAndGrowsBeyondOnePiece() {
    CopyRows rows = new CopyRows(3);
    List<String> expected = new ArrayList<>();
    for (int row = 0; row < 3_000; row++) {
      rows.begin();
      rows.add(row);
      rows.add("x".repeat(row % 100));
      rows.addJson("{\"a\": 1}");
      expected.add(row + " " + "x".repeat(row % 100) + " 1");
    }

    assertThat(rows.size()).isGreaterThan(2 * 65_536);
    assertThat(copied(rows, 2)).hasSize(6_000).containsAll(expected);
  }

  @Test
  void sendsChosenRowsInTheOrderGiven() {
    CopyRows rows = new CopyRows(1);
    List<String> texts =
        List.of("a", "b".repeat(100), "c".repeat(70_000), "d".repeat(40_000), "e".repeat(40_000));
    for (String text : texts) {
      rows.begin();
      rows.add(text);
    }

    for (List<Integer> chosen :
        List.of(List.of(4, 0, 2, 1), List.of(1, 3, 4), List.of(2), List.<Integer>of())) {
      List<String> copied =
          postgres
              .database()
              .inTransaction(
                  connection -> {
                    Sql.update(connection, "CREATE TEMP TABLE chosen (t text) ON COMMIT DROP");
                    rows.send(connection, "COPY chosen FROM STDIN (FORMAT binary)", chosen);
                    return Sql.list(
                        connection, "SELECT t FROM chosen ORDER BY ctid", row -> row.text("t"));
                  });

      assertThat(copied).containsExactlyElementsOf(chosen.stream().map(texts::get).toList());
    }
  }

  @Test
  void sendsNoRows() {
    assertThat(copied(new CopyRows(3), 1)).isEmpty();
  }

  @Test
  void roundsATimeAsTheDriverDoes() {
    for (String nanos : List.of("000000499", "000000500", "123456789", "999999999")) {
      Instant instant = Instant.parse("2026-11-24T10:00:00." + nanos + "Z");
      CopyRows rows = new CopyRows(1);
      rows.begin();
      rows.add(instant);

      boolean equal =
          postgres
              .database()
              .inTransaction(
                  connection -> {
                    Sql.update(
                        connection, "CREATE TEMP TABLE times (at timestamptz) ON COMMIT DROP");
                    rows.send(connection, "COPY times (at) FROM STDIN (FORMAT binary)");
                    return Sql.one(
                        connection,
                        "SELECT at = ? AS equal FROM times",
                        row -> row.flag("equal"),
                        instant);
                  });

      assertThat(equal).as(nanos).isTrue();
    }
  }

  @Test
  void bringsNumbersTimesAndNulls() {
    CopyRows rows = new CopyRows(4);
    rows.begin();
    rows.addInteger(Integer.MIN_VALUE);
    rows.addSmall(40_000);
    rows.add(Instant.parse("1999-12-31T23:59:59.123456789Z"));
    rows.addNull();

    String row =
        postgres
            .database()
            .inTransaction(
                connection -> {
                  Sql.update(
                      connection,
                      "CREATE TEMP TABLE kinds (i int, s smallint, at timestamptz, t text) ON"
                          + " COMMIT DROP");
                  rows.send(connection, "COPY kinds (i, s, at, t) FROM STDIN (FORMAT binary)");
                  return Sql.one(
                      connection,
                      "SELECT i || ' ' || s || ' ' || (at AT TIME ZONE 'UTC') || ' ' || coalesce(t,"
                          + " '-') AS row FROM kinds",
                      found -> found.text("row"));
                });

    assertThat(row).isEqualTo("-2147483648 32767 1999-12-31 23:59:59.123457 -");
  }

  private static List<String> copied(CopyRows rows, int times) {
    return postgres
        .database()
        .inTransaction(
            connection -> {
              Sql.update(
                  connection,
                  "CREATE TEMP TABLE copied (n bigint, t text, j jsonb) ON COMMIT DROP");
              for (int time = 0; time < times; time++) {
                rows.send(connection, COPY);
              }
              return Sql.list(
                  connection,
                  "SELECT n || ' ' || t || ' ' || (j ->> 'a') AS row FROM copied ORDER BY n",
                  row -> row.text("row"));
            });
  }
}
