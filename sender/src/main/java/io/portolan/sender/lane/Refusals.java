package io.portolan.sender.lane;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.json.HumanDuration;
import io.portolan.core.policy.EffectiveRule;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PauseRule;
import io.portolan.core.policy.RetrySchedule;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.path.PathChoice.Pause;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the refusals on a lane come to: for the delivery, for the lane, and for the route. Tells the
 * operator once for each hold. Thread-safe.
 */
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  private final LaneParts parts;
  private final Lane lane;
  private final Tempo tempo;

  Refusals(LaneParts parts, Lane lane, Tempo tempo) {
    this.parts = parts;
    this.lane = lane;
    this.tempo = tempo;
  }

  /** A peer refused an attempt. */
  DeliveryOutcome refused(
      Attempt attempt, Classification refusal, ClaimedDelivery delivery, EffectiveRule rule) {
    String words = attempt.reply().map(SmtpReply::line).orElse("");
    Optional<PauseRule> pause =
        attempt.reply().flatMap(reply -> pause(reply, attempt.path(), rule));
    switch (Judge.aim(attempt.path(), attempt.phase(), refusal)) {
      case RECIPIENT -> {
        // says nothing about the next one
      }
      case SOURCE -> {
        Optional<SmtpReply> throttle =
            attempt.reply().filter(reply -> Tempo.isThrottle(reply, refusal));
        throttle.ifPresent(reply -> tempo.throttled(attempt, reply, pause));
        if (throttle.isEmpty()) {
          if (mayGoByOtherSource(attempt, refusal, delivery, rule)) {
            distrusted(words, attempt.path(), rule.retry());
          } else {
            closed(words, rule.retry());
          }
        }
      }
      case SENDER ->
          count(words, rule.retry())
              .ifPresent(
                  hold ->
                      log.error(
                          "Mail to {} is held until {}: {}; put right what it says of our {}",
                          lane.key(),
                          hold.until(),
                          hold.reason(),
                          refusal.category().id()));
      case ROUTE -> {
        if (lane.routeRefused()) {
          parts.paths().mailRefused(attempt.path(), words);
        }
      }
    }
    // a source that is distrusted bounces nobody whom another may reach
    Classification taken =
        mayGoByOtherSource(attempt, refusal, delivery, rule)
            ? new Classification(
                refusal.category(),
                Classification.Effect.DEFERRAL,
                Hardness.NEITHER,
                refusal.rule())
            : refusal;
    return parts.judge().refused(attempt, taken, delivery, rule.retry());
  }

  /** Whether it is one source that is distrusted, and the row has another, or another route. */
  private static boolean mayGoByOtherSource(
      Attempt attempt, Classification refusal, ClaimedDelivery delivery, EffectiveRule rule) {
    Optional<String> pinned = delivery.pinnedRoute();
    return refusal.category() == BounceCategory.IP_REPUTATION
        && rule.paths().stream()
            .flatMap(stated -> stated.each().stream())
            .filter(path -> pinned.isEmpty() || path.route().equals(pinned.get()))
            .anyMatch(path -> !LanePauses.isSameWay(path, attempt.path()));
  }

  /** Closes the way of a source that is distrusted, however other sources of the row fare. */
  private void distrusted(String words, Path path, RetrySchedule retry) {
    Instant now = parts.clock().instant();
    String reason = lane.key() + " distrusts what comes " + way(path) + ", lastly with: " + words;
    lane.sourceRefused(path, now, retry.delays().getFirst(), reason)
        .ifPresent(
            until ->
                log.warn(
                    "Until {} no mail to {} goes {}: {}", until, lane.key(), way(path), reason));
  }

  private static String way(Path path) {
    return "by route " + path.route() + (path.source().isEmpty() ? "" : " from " + path.source());
  }

  /**
   * Holds mail if a pause rule says so of this reply.
   *
   * @return whether one does
   */
  boolean paused(SmtpReply reply, Path path, EffectiveRule rule) {
    return pause(reply, path, rule).isPresent();
  }

  private Optional<PauseRule> pause(SmtpReply reply, Path path, EffectiveRule rule) {
    Optional<PauseRule> found =
        rule.pauses().stream().filter(pause -> pause.matches(reply)).findFirst();
    found.ifPresent(pause -> pause(pause, reply, path, rule));
    return found;
  }

  private void pause(PauseRule rule, SmtpReply reply, Path path, EffectiveRule row) {
    Instant now = parts.clock().instant();
    String what =
        switch (rule.scope()) {
          case PLATFORM -> "mail to " + lane.key();
          case PATH -> "mail to " + lane.key() + " " + way(path);
        };
    Pause pause =
        new Pause(
            "row "
                + row.rule()
                + " pauses "
                + what
                + " for "
                + HumanDuration.format(rule.length())
                + " at reply "
                + rule.reply()
                + ": "
                + reply.line(),
            now.plus(rule.length()));
    boolean isNews =
        switch (rule.scope()) {
          case PLATFORM -> lane.pauses().pause(pause, now);
          case PATH -> lane.pauses().pause(path, pause, now);
        };
    if (isNews) {
      log.info("Until {}: {}", pause.until(), pause.reason());
    }
  }

  /** A recipient's mail host refuses this source, by a reply or by hanging up. */
  void closed(String reason, RetrySchedule retry) {
    count(reason, retry)
        .ifPresent(
            hold ->
                log.warn(
                    "Mail to {} is held until {}: {}", lane.key(), hold.until(), hold.reason()));
  }

  private Optional<Lane.Hold> count(String words, RetrySchedule retry) {
    return lane.refused(words, parts.clock().instant(), retry.delays().getFirst());
  }
}
