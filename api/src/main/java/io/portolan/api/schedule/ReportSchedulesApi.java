package io.portolan.api.schedule;

import static io.portolan.api.http.Requests.id;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.configuration.RelaySecrets;
import io.portolan.api.http.Access;
import io.portolan.api.http.Idempotent;
import io.portolan.api.http.Requests;
import io.portolan.core.access.IdempotencyStore;
import io.portolan.metrics.schedule.ReportSchedule;
import io.portolan.metrics.schedule.ReportScheduleStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Reports that are sent at set times. */
public final class ReportSchedulesApi {
  private static final String SCHEDULES = "/api/v1/report-schedules";
  private static final String ONE = SCHEDULES + "/{id}";

  private final ScheduledReports reports;
  private final ReportScheduleStore schedules;
  private final IdempotencyStore idempotency;
  private final RelaySecrets secrets;
  private final InstantSource clock;

  /**
   * @param secrets which of them may be named
   */
  public ReportSchedulesApi(
      ScheduledReports reports,
      IdempotencyStore idempotency,
      RelaySecrets secrets,
      InstantSource clock) {
    this.reports = reports;
    schedules = reports.schedules();
    this.idempotency = idempotency;
    this.secrets = secrets;
    this.clock = clock;
  }

  record RunList(List<ScheduleView.Run> items) {}

  /** Adds the routes. */
  public void routes(RoutesConfig routes) {
    routes.post(SCHEDULES, Idempotent.of(idempotency, this::create), Access.ADMIN);
    routes.get(SCHEDULES, this::list, Access.READ);
    routes.get(ONE, ctx -> answer(ctx, schedules.get(id(ctx, "id"))), Access.READ);
    routes.put(ONE, ctx -> answer(ctx, schedules.replace(id(ctx, "id"), draft(ctx))), Access.ADMIN);
    routes.delete(ONE, this::delete, Access.ADMIN);
    routes.get(ONE + "/runs", this::runs, Access.READ);
    routes.post(ONE + "/run", Idempotent.of(idempotency, this::run), Access.OPERATE);
  }

  private ReportSchedule.Draft draft(Context ctx) {
    return Requests.body(ctx, ScheduleBody.class).draft(secrets);
  }

  private static void answer(Context ctx, ReportSchedule schedule) {
    Requests.json(ctx, ScheduleView.of(schedule));
  }

  private void create(Context ctx) {
    ReportSchedule made = schedules.create(draft(ctx));
    Requests.created(ctx, SCHEDULES + "/" + made.id(), ScheduleView.of(made));
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "limit");
    Requests.json(
        ctx,
        new Requests.Listing<>(
            schedules.list().stream().map(ScheduleView::of).toList(), Optional.empty()));
  }

  private void delete(Context ctx) {
    schedules.delete(id(ctx, "id"));
    ctx.status(204);
  }

  private void runs(Context ctx) {
    ReportSchedule schedule = schedules.get(id(ctx, "id"));
    Requests.json(
        ctx,
        new RunList(
            reports.runs().latest(schedule.id()).stream().map(ScheduleView.Run::of).toList()));
  }

  private void run(Context ctx) {
    ScheduleView.Run run =
        ScheduleView.Run.of(reports.runs().request(id(ctx, "id"), clock.instant()));
    reports.wake();
    ctx.status(202);
    Requests.json(ctx, run);
  }
}
