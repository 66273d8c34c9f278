package io.portolan.api.schedule;

import io.portolan.api.application.Stores;
import io.portolan.api.outgoing.SignedPost;
import io.portolan.api.schedule.ReportSender.Standing;
import io.portolan.core.CoreException;
import io.portolan.core.database.Database;
import io.portolan.core.relay.Secrets;
import io.portolan.metrics.schedule.ReportRun;
import io.portolan.metrics.schedule.ReportRunStore;
import io.portolan.metrics.schedule.ReportSchedule;
import io.portolan.metrics.schedule.ReportScheduleStore;
import io.portolan.sender.lane.TestSender;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends scheduled reports, on one thread of its own, one run after another. What a run has reached
 * is written down after each address; a crash between a server's answer and that note sends one
 * copy more, with the same Message-ID or run number.
 *
 * <p>Thread-safe.
 */
public final class ScheduledReports implements AutoCloseable {
  /** How often to look for what is due. */
  public static final Duration EVERY = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(ScheduledReports.class);

  private final ReportScheduleStore schedules;
  private final ReportRunStore runs;
  private final ReportSender sender;
  private final InstantSource clock;
  private final ExecutorService working =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("reports").factory());
  private final AtomicBoolean waiting = new AtomicBoolean();

  private ScheduledReports(
      ReportScheduleStore schedules,
      ReportRunStore runs,
      ReportSender sender,
      InstantSource clock) {
    this.schedules = schedules;
    this.runs = runs;
    this.sender = sender;
    this.clock = clock;
  }

  /** Those of a node. */
  public static ScheduledReports of(
      Database database,
      String node,
      Stores stores,
      TestSender mail,
      Secrets secrets,
      InstantSource clock) {
    ReportScheduleStore schedules = new ReportScheduleStore(database, clock);
    return new ScheduledReports(
        schedules,
        new ReportRunStore(database, schedules, node),
        new ReportSender(
            new ReportWriter(
                stores.reports(),
                stores.breakdowns(),
                stores.verdicts(),
                stores.reputations(),
                stores.relayReporting()),
            mail,
            new SignedPost(),
            secrets),
        clock);
  }

  public ReportScheduleStore schedules() {
    return schedules;
  }

  public ReportRunStore runs() {
    return runs;
  }

  /** Looks for what is due, on the thread that sends; returns at once. */
  public void wake() {
    if (waiting.compareAndSet(false, true)) {
      working.execute(
          () -> {
            waiting.set(false);
            sendDue();
          });
    }
  }

  /** Makes runs of what is due, and sends what is to be sent, until nothing is left. */
  void sendDue() {
    try {
      runs.makeDue(clock.instant());
      for (Optional<ReportRun> run = runs.claim(clock.instant());
          run.isPresent();
          run = runs.claim(clock.instant())) {
        send(run.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CoreException e) {
      if (!working.isShutdown()) {
        log.warn("Scheduled reports could not be sent, and will be tried again", e);
      }
    }
  }

  private void send(ReportRun run) throws InterruptedException {
    Optional<ReportSchedule> schedule = schedules.find(run.scheduleId());
    if (schedule.isEmpty()) {
      return; // removed with its runs
    }
    Optional<Standing> standing;
    try {
      standing =
          sender.send(schedule.get(), run, outcomes -> runs.note(run, outcomes, clock.instant()));
    } catch (CoreException e) {
      standing = Optional.of(ReportSender.later(run.tries(), String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      // our own fault: it ends like others do, and no later run waits for it
      log.error("The report \"{}\" could not be made", schedule.get().draft().name(), e);
      standing = Optional.of(ReportSender.later(run.tries(), "internal error: " + e));
    }
    standing.ifPresent(now -> write(schedule.get(), run, now));
  }

  private void write(ReportSchedule schedule, ReportRun run, Standing standing) {
    Instant now = clock.instant();
    String name = schedule.draft().name();
    boolean isOurs =
        standing.state() == ReportRun.State.OPEN
            ? runs.retry(run, now.plus(standing.delay()), standing.trouble(), now)
            : runs.end(run, standing.state(), standing.trouble(), now);
    if (!isOurs) {
      log.info("The report \"{}\" of {} is another node's by now", name, run.dueAt());
      return;
    }
    switch (standing.state()) {
      case SENT -> log.info("The report \"{}\" of {} is sent", name, run.dueAt());
      case FAILED ->
          log.warn(
              "The report \"{}\" of {} is not sent: {}", name, run.dueAt(), standing.trouble());
      case OPEN ->
          log.info(
              "The report \"{}\" of {} is tried again in {} min: {}",
              name,
              run.dueAt(),
              standing.delay().toMinutes(),
              standing.trouble());
    }
  }

  @Override
  public void close() {
    working.shutdownNow();
    sender.post().close();
  }
}
