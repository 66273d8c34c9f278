package io.portolan.core.pace;

import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.pace.WarmUps.Day;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * The {@code warm_up_day} table: the days on which sources in warm-up sent to platforms.
 * Thread-safe; holds no state.
 */
public final class WarmUpStore implements WarmUps.Days {
  private static final String LATEST =
      """
      SELECT day::text AS day, step, reason FROM warm_up_day
       WHERE source = ? AND platform = ? AND begun = ?::date
       ORDER BY day DESC LIMIT 1
      """;

  private static final String KEEP =
      """
      INSERT INTO warm_up_day (source, platform, begun, day, step, reason)
      VALUES (?, ?, ?::date, ?::date, ?, ?)
      ON CONFLICT (source, platform, begun, day) DO UPDATE SET step = warm_up_day.step
      RETURNING day::text AS day, step, reason
      """;

  private static final String PRESENT =
      """
      SELECT DISTINCT ON (source, platform, begun)
             source, platform, begun::text AS begun, day::text AS day, step, reason
        FROM warm_up_day
       ORDER BY source, platform, begun, day DESC
      """;

  private final Database database;

  public WarmUpStore(Database database) {
    this.database = database;
  }

  /** The latest day on which a source sent to a platform. */
  public record Latest(String source, String platform, LocalDate begun, Day day) {}

  @Override
  public Optional<Day> latest(String source, String platform, LocalDate begun) {
    return database.read(
        connection ->
            Sql.first(connection, LATEST, WarmUpStore::day, source, platform, begun.toString()));
  }

  @Override
  public Day keep(String source, String platform, LocalDate begun, Day day) {
    return database.inTransaction(
        connection ->
            Sql.one(
                connection,
                KEEP,
                WarmUpStore::day,
                source,
                platform,
                begun.toString(),
                day.day().toString(),
                day.step(),
                day.reason()));
  }

  /** Where every warm-up stands that had mail. */
  public List<Latest> present() {
    return database.read(
        connection ->
            Sql.list(
                connection,
                PRESENT,
                row ->
                    new Latest(
                        row.text("source"),
                        row.text("platform"),
                        LocalDate.parse(row.text("begun")),
                        day(row))));
  }

  private static Day day(Row row) throws SQLException {
    return new Day(LocalDate.parse(row.text("day")), row.integer("step"), row.text("reason"));
  }
}
