package io.portolan.metrics.schedule;

import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.metrics.schedule.ReportSchedule.Draft;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The {@code report_schedule} table. Thread-safe; holds no state. */
public final class ReportScheduleStore {
  private static final String CREATE =
      """
      INSERT INTO report_schedule (name, report, campaign_id, isp, days, every, at, day, zone, mail_from, mail_name, mail_to,
                                   webhook, secret_ref, enabled, next_run, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?::time, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      RETURNING id
      """;

  // what is due and not yet made into a run stays due
  private static final String REPLACE =
      """
      UPDATE report_schedule
         SET name = ?, report = ?, campaign_id = ?, isp = ?, days = ?, every = ?, at = ?::time, day = ?, zone = ?, mail_from = ?,
             mail_name = ?, mail_to = ?, webhook = ?, secret_ref = ?, enabled = ?,
             next_run = CASE WHEN ?::timestamptz IS NULL OR next_run IS NULL OR next_run > ? THEN ? ELSE next_run END, updated_at = ?
       WHERE id = ?
      """;

  private static final String DELETE = "DELETE FROM report_schedule WHERE id = ?";

  private static final String SELECT =
      """
      SELECT *, to_char(at, 'HH24:MI') AS local_time, array_to_string(mail_to, E'\\n') AS addresses
        FROM report_schedule WHERE ? = 0 OR id = ? ORDER BY name
      """;

  private static final String LAST_RUNS =
      """
      SELECT DISTINCT ON (schedule_id) * FROM report_run WHERE ? = 0 OR schedule_id = ? ORDER BY schedule_id, id DESC
      """;

  private static final long ALL = 0;

  private final Database database;
  private final InstantSource clock;

  public ReportScheduleStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Makes a schedule.
   *
   * @throws InvalidException if there is one of that name
   */
  public ReportSchedule create(Draft draft) {
    long id =
        named(
            () ->
                database.inTransaction(
                    connection ->
                        Sql.one(
                            connection,
                            CREATE,
                            row -> row.number("id"),
                            with(columns(draft), next(draft), clock.instant()))));
    return get(id);
  }

  /**
   * Changes a schedule.
   *
   * @throws NotFoundException if there is none
   * @throws InvalidException if another has that name
   */
  public ReportSchedule replace(long id, Draft draft) {
    Instant now = clock.instant();
    Optional<Instant> next = next(draft);
    int changed =
        named(
            () ->
                database.inTransaction(
                    connection ->
                        Sql.update(
                            connection, REPLACE, with(columns(draft), next, now, next, now, id))));
    if (changed == 0) {
      throw notFound(id);
    }
    return get(id);
  }

  /**
   * Removes a schedule and what is known of its runs.
   *
   * @throws NotFoundException if there is none
   */
  public void delete(long id) {
    if (database.inTransaction(connection -> Sql.update(connection, DELETE, id)) == 0) {
      throw notFound(id);
    }
  }

  /** All, by name. */
  public List<ReportSchedule> list() {
    return database.read(connection -> read(connection, ALL));
  }

  public Optional<ReportSchedule> find(long id) {
    return database.read(connection -> read(connection, id)).stream().findFirst();
  }

  /**
   * One schedule.
   *
   * @throws NotFoundException if there is none
   */
  public ReportSchedule get(long id) {
    return find(id).orElseThrow(() -> notFound(id));
  }

  private static NotFoundException notFound(long id) {
    return new NotFoundException("report schedule", id);
  }

  private Optional<Instant> next(Draft draft) {
    return draft.enabled()
        ? Optional.of(draft.recurrence().next(clock.instant()))
        : Optional.empty();
  }

  private static <T> T named(Supplier<T> work) {
    try {
      return work.get();
    } catch (DatabaseException e) {
      if (e.isUniqueViolation()) {
        throw new InvalidException("name", "is that of another report schedule");
      }
      throw e;
    }
  }

  private static List<ReportSchedule> read(Connection connection, long id) throws SQLException {
    Map<Long, ReportRun> runs =
        Sql.list(connection, LAST_RUNS, ReportRunStore::run, id, id).stream()
            .collect(Collectors.toMap(ReportRun::scheduleId, Function.identity()));
    return Sql.list(connection, SELECT, row -> schedule(row, runs), id, id);
  }

  private static ReportSchedule schedule(Row row, Map<Long, ReportRun> runs) throws SQLException {
    long id = row.number("id");
    return new ReportSchedule(
        id,
        draft(row),
        row.optionalInstant("next_run"),
        row.instant("updated_at"),
        Optional.ofNullable(runs.get(id)));
  }

  private static Draft draft(Row row) throws SQLException {
    return new Draft(
        row.text("name"),
        new Topic(
            Topic.Kind.valueOf(row.text("report").toUpperCase(Locale.ROOT)),
            row.number("campaign_id"),
            row.text("isp"),
            row.integer("days")),
        new Recurrence(
            Recurrence.Every.valueOf(row.text("every").toUpperCase(Locale.ROOT)),
            LocalTime.parse(row.text("local_time")),
            row.integer("day"),
            ZoneId.of(row.text("zone"))),
        new Recipients(
            row.text("mail_from"),
            row.text("mail_name"),
            row.text("addresses").lines().toList(),
            row.text("webhook"),
            row.text("secret_ref")),
        row.flag("enabled"));
  }

  private static Object[] columns(Draft draft) {
    Topic topic = draft.topic();
    Recurrence recurrence = draft.recurrence();
    Recipients recipients = draft.recipients();
    return new Object[] {
      draft.name(),
      topic.kind().id(),
      topic.campaignId(),
      topic.isp(),
      topic.days(),
      recurrence.every().id(),
      recurrence.at().toString(),
      recurrence.day(),
      recurrence.zone().getId(),
      recipients.from(),
      recipients.fromName(),
      recipients.to(),
      recipients.webhook(),
      recipients.secretRef(),
      draft.enabled()
    };
  }

  private static @Nullable Object[] with(Object[] first, Object... more) {
    @Nullable Object[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }
}
