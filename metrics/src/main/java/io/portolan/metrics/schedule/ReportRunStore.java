package io.portolan.metrics.schedule;

import io.portolan.core.NotFoundException;
import io.portolan.core.database.Database;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.json.Json;
import io.portolan.metrics.schedule.ReportRun.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code report_run} table: runs that are due, which node sends them, and what became of them.
 * However many nodes ask, one makes a run of a due time, and one at a time sends it.
 *
 * <p>Thread-safe; holds no state.
 */
public final class ReportRunStore {
  /** How long a node may be silent about a run until another one takes it. */
  public static final Duration LEASE = Duration.ofMinutes(5);

  private static final Duration KEPT = Duration.ofDays(92);
  private static final int LONGEST_TROUBLE = 500;
  private static final int SHOWN = 50;

  private static final String DUE =
      "SELECT id FROM report_schedule WHERE next_run <= ? ORDER BY next_run, id LIMIT 100";

  private static final String TAKE =
      "UPDATE report_schedule SET next_run = ? WHERE id = ? AND next_run = ?";

  private static final String ADD =
      """
      INSERT INTO report_run (schedule_id, due_at, cause, not_before, busy_until)
      SELECT id, ?, ?, ?, ? FROM report_schedule WHERE id = ?
      RETURNING *
      """;

  private static final String FORGET =
      "DELETE FROM report_run WHERE schedule_id = ? AND state <> 'open' AND due_at < ?";

  private static final String CLAIM =
      """
      UPDATE report_run
         SET busy_until = ?, node = ?, tries = tries + 1
       WHERE id = (SELECT id FROM report_run
                    WHERE state = 'open' AND not_before <= ? AND busy_until <= ?
                    ORDER BY not_before, id LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING *
      """;

  private static final String NOTE =
      """
      UPDATE report_run SET outcomes = ?::jsonb, busy_until = ?
       WHERE id = ? AND state = 'open' AND node = ? AND tries = ?
      """;

  private static final String END =
      """
      UPDATE report_run SET state = ?, not_before = ?, busy_until = ?, trouble = ?, ended_at = ?::timestamptz
       WHERE id = ? AND state = 'open' AND node = ? AND tries = ?
      """;

  private static final String LATEST =
      "SELECT * FROM report_run WHERE schedule_id = ? ORDER BY id DESC LIMIT ?";

  private final Database database;
  private final ReportScheduleStore schedules;
  private final String node;

  /**
   * @param node the name of this node
   */
  public ReportRunStore(Database database, ReportScheduleStore schedules, String node) {
    this.database = database;
    this.schedules = schedules;
    this.node = node;
  }

  private record Outcomes(Map<String, Outcome> of) {}

  /**
   * Makes runs of what is due. Of several times that were missed, because no node ran, the last one
   * gets a run.
   *
   * @return how many this node made
   */
  public int makeDue(Instant now) {
    List<Long> due =
        database.read(connection -> Sql.list(connection, DUE, row -> row.number("id"), now));
    int made = 0;
    for (long id : due) {
      Optional<ReportSchedule> found = schedules.find(id);
      if (found.isPresent() && makeDue(found.get(), now)) {
        made++;
      }
    }
    return made;
  }

  /** False where another node was faster, or the schedule was changed meanwhile. */
  private boolean makeDue(ReportSchedule schedule, Instant now) {
    Optional<Instant> due = schedule.nextRun().filter(next -> !next.isAfter(now));
    if (due.isEmpty()) {
      return false;
    }
    Recurrence recurrence = schedule.draft().recurrence();
    return database.inTransaction(
        connection -> {
          if (Sql.update(connection, TAKE, recurrence.next(now), schedule.id(), due.get()) == 0) {
            return false;
          }
          Instant last = recurrence.last(due.get(), now);
          add(connection, schedule.id(), last, "schedule", now);
          Sql.update(connection, FORGET, schedule.id(), now.minus(KEPT));
          return true;
        });
  }

  /**
   * Makes a run that somebody asks for, which reports until now.
   *
   * @throws NotFoundException if there is no such schedule
   */
  public ReportRun request(long scheduleId, Instant now) {
    return database
        .inTransaction(connection -> add(connection, scheduleId, now, "request", now))
        .orElseThrow(() -> new NotFoundException("report schedule", scheduleId));
  }

  private static Optional<ReportRun> add(
      Connection connection, long scheduleId, Instant dueAt, String cause, Instant now)
      throws SQLException {
    return Sql.first(connection, ADD, ReportRunStore::run, dueAt, cause, now, now, scheduleId);
  }

  /** Takes the run that waits longest, if there is one that is to be sent now. */
  public Optional<ReportRun> claim(Instant now) {
    return database.inTransaction(
        connection ->
            Sql.first(connection, CLAIM, ReportRunStore::run, now.plus(LEASE), node, now, now));
  }

  /**
   * Notes what became of a run so far, and keeps it for this node.
   *
   * @return false if it is not this node's any more
   */
  public boolean note(ReportRun run, Map<String, Outcome> outcomes, Instant now) {
    return database.inTransaction(
            connection ->
                Sql.update(
                    connection,
                    NOTE,
                    Json.write(new Outcomes(outcomes)),
                    now.plus(LEASE),
                    run.id(),
                    node,
                    run.tries()))
        == 1;
  }

  /**
   * Ends a run: everybody has it, or somebody will not get it.
   *
   * @return false if it is not this node's any more, so that another one ends it
   */
  public boolean end(ReportRun run, ReportRun.State state, String trouble, Instant now) {
    return write(run, state, now, trouble, now, Optional.of(now));
  }

  /**
   * Gives a run back, to be tried again.
   *
   * @return false if it is not this node's any more
   */
  public boolean retry(ReportRun run, Instant notBefore, String trouble, Instant now) {
    return write(run, ReportRun.State.OPEN, notBefore, trouble, now, Optional.empty());
  }

  private boolean write(
      ReportRun run,
      ReportRun.State state,
      Instant notBefore,
      String trouble,
      Instant now,
      Optional<Instant> endedAt) {
    String cut =
        trouble.substring(0, Math.min(trouble.length(), LONGEST_TROUBLE)).replace('\0', ' ');
    return database.inTransaction(
            connection ->
                Sql.update(
                    connection,
                    END,
                    state.id(),
                    notBefore,
                    now,
                    cut,
                    endedAt,
                    run.id(),
                    node,
                    run.tries()))
        == 1;
  }

  /** The latest runs of a schedule, the last one first; {@value #SHOWN} at most. */
  public List<ReportRun> latest(long scheduleId) {
    return database.read(
        connection -> Sql.list(connection, LATEST, ReportRunStore::run, scheduleId, SHOWN));
  }

  static ReportRun run(Row row) throws SQLException {
    return new ReportRun(
        row.number("id"),
        row.number("schedule_id"),
        row.instant("due_at"),
        row.text("cause").equals("request"),
        ReportRun.State.of(row.text("state")),
        row.integer("tries"),
        row.instant("not_before"),
        Json.read(row.text("outcomes"), Outcomes.class).of(),
        row.text("trouble"),
        row.optionalInstant("ended_at"));
  }
}
