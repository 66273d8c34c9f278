package io.portolan.api.schedule;

import io.portolan.api.comparison.ComparisonView;
import io.portolan.api.outgoing.SignedPost;
import io.portolan.api.schedule.ReportWriter.Written;
import io.portolan.core.CoreException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.json.Json;
import io.portolan.core.relay.SecretException;
import io.portolan.core.relay.Secrets;
import io.portolan.metrics.schedule.Recipients;
import io.portolan.metrics.schedule.ReportRun;
import io.portolan.metrics.schedule.ReportRun.Outcome;
import io.portolan.metrics.schedule.ReportSchedule;
import io.portolan.metrics.schedule.ReportSchedule.Draft;
import io.portolan.sender.lane.TestSender;
import io.portolan.sender.message.Notice;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends one run of a scheduled report to those who do not have it yet. Thread-safe; holds no state.
 *
 * @param writer writes the report
 * @param mail for addresses
 * @param post for webhooks
 * @param secrets lead to the keys of webhooks
 */
record ReportSender(ReportWriter writer, TestSender mail, SignedPost post, Secrets secrets) {
  /** Waits between tries; after the last of them a run has failed. */
  static final List<Duration> WAITS =
      List.of(
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(15),
          Duration.ofHours(1),
          Duration.ofHours(3),
          Duration.ofHours(6),
          Duration.ofHours(12));

  private static final String EVENT = "report";
  private static final int TO_HASH = 0xF_FFFF;

  /** Hears what became of a run at one address or webhook. */
  interface Progress {
    /**
     * Hears it.
     *
     * @return whether to go on
     */
    boolean heard(Map<String, Outcome> outcomes);
  }

  /**
   * What a webhook gets.
   *
   * @param run the same for each try, so that a document that came twice is known
   */
  private record Document(
      String event,
      long schedule,
      String name,
      long run,
      String report,
      Instant due,
      Instant generatedAt,
      String summary,
      List<String> changes,
      Optional<ComparisonView> comparison,
      Object data) {}

  /** How a run stands after a try. */
  record Standing(ReportRun.State state, Duration delay, String trouble) {}

  /**
   * Tries to send a run.
   *
   * @return empty if the listener ended it
   * @throws CoreException if the report cannot be read now
   */
  Optional<Standing> send(ReportSchedule schedule, ReportRun run, Progress progress)
      throws InterruptedException {
    Draft draft = schedule.draft();
    Written written;
    try {
      written = writer.write(draft, run.dueAt());
    } catch (NotFoundException | InvalidException e) {
      return Optional.of(
          new Standing(ReportRun.State.FAILED, Duration.ZERO, String.valueOf(e.getMessage())));
    }
    Map<String, Outcome> outcomes = new LinkedHashMap<>(run.outcomes());
    for (String to : ReportRun.open(draft.recipients(), outcomes)) {
      outcomes.put(
          to,
          draft.recipients().isWebhook()
              ? posted(schedule, run, written)
              : mailed(draft, run, written, to));
      if (!progress.heard(outcomes)) {
        return Optional.empty();
      }
    }
    return Optional.of(standing(draft.recipients(), outcomes, run.tries()));
  }

  /** How a run stands; a try is the first, 1, or a later one. */
  static Standing standing(Recipients recipients, Map<String, Outcome> outcomes, int tries) {
    String trouble = "";
    for (String to : recipients.all()) {
      Outcome outcome = outcomes.get(to);
      if (outcome != null && !outcome.taken() && trouble.isEmpty()) {
        trouble = (recipients.isWebhook() ? "webhook" : to) + ": " + outcome.words();
      }
    }
    if (ReportRun.open(recipients, outcomes).isEmpty()) {
      return new Standing(
          trouble.isEmpty() ? ReportRun.State.SENT : ReportRun.State.FAILED,
          Duration.ZERO,
          trouble);
    }
    return later(tries, trouble);
  }

  /** To be tried again, or given up. */
  static Standing later(int tries, String trouble) {
    return tries > WAITS.size()
        ? new Standing(ReportRun.State.FAILED, Duration.ZERO, trouble)
        : new Standing(ReportRun.State.OPEN, WAITS.get(Math.max(0, tries - 1)), trouble);
  }

  private Outcome posted(ReportSchedule schedule, ReportRun run, Written written)
      throws InterruptedException {
    Draft draft = schedule.draft();
    Recipients recipients = draft.recipients();
    String secret;
    try {
      secret = recipients.secretRef().isEmpty() ? "" : secrets.resolve(recipients.secretRef());
    } catch (SecretException e) {
      return new Outcome(false, false, String.valueOf(e.getMessage()));
    }
    String document =
        Json.write(
            new Document(
                EVENT,
                schedule.id(),
                draft.name(),
                run.id(),
                draft.topic().kind().id(),
                run.dueAt(),
                written.report().generatedAt(),
                ReportWriter.summary(draft, written),
                written.changes(),
                written.comparisonView(),
                written.data()));
    return post.send(URI.create(recipients.webhook()), secret, document)
        .map(trouble -> new Outcome(false, false, trouble))
        .orElseGet(() -> new Outcome(true, true, "taken"));
  }

  private Outcome mailed(Draft draft, ReportRun run, Written written, String to) {
    Notice notice =
        new Notice(
            draft.recipients().from(),
            draft.recipients().fromName(),
            draft.name() + ": " + written.report().title(),
            ReportWriter.summary(draft, written) + "\nThe whole report is the attached page.\n",
            "report-" + run.id() + ".html",
            written.page());
    try {
      TestSender.Result result = mail.send(notice, id(run, to), to);
      return new Outcome(
          result.taken(), result.settled(), result.outcome() + ": " + result.detail());
    } catch (InvalidException e) {
      return new Outcome(false, true, String.valueOf(e.getMessage()));
    } catch (CoreException e) {
      return new Outcome(false, false, String.valueOf(e.getMessage()));
    }
  }

  /** The same for each try of a run at an address, and no delivery's. */
  private static long id(ReportRun run, String to) {
    return -(run.id() * (TO_HASH + 1L) + (to.hashCode() & TO_HASH) + 1);
  }
}
