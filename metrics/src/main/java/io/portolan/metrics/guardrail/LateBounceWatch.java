package io.portolan.metrics.guardrail;

import io.portolan.core.campaign.CampaignGuards;
import io.portolan.core.database.Database;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.matching.LateBounceHook;
import io.portolan.core.reply.BounceCategory;
import io.portolan.metrics.guardrail.GuardStore.State;
import io.portolan.metrics.guardrail.LateBounceLook.Alarm;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/**
 * Tests bounces that come after acceptance, by the minute in which their messages were sent: of
 * each campaign that still sends, at each ISP and over all of them. When they come, and how many at
 * once, says nothing of the list. Looks at campaigns of which mail has bounced late since the last
 * look, and seldom at all, for those of which a node died before it could look. Thread-safe.
 */
public final class LateBounceWatch implements LateBounceHook {
  /** How often to look. */
  public static final Duration EVERY = Duration.ofSeconds(5);

  private static final Duration ALL_EVERY = Duration.ofMinutes(5);

  /** How many times as long as a look at a campaign took it is left alone, so as to cost little. */
  private static final int REST = 20;

  /** Campaigns that are marked at a time; more are found when all are looked at. */
  private static final int MOST_MARKED = 10_000;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Database database;
  private final GuardSettings settings;
  private final InstantSource clock;
  private final LongConsumer onAlarm;
  private final Set<Long> marked = ConcurrentHashMap.newKeySet();

  /** Until when campaigns are left alone that take long to look at; guarded by this. */
  private final Map<Long, Instant> rests = new HashMap<>();

  /** When all campaigns are looked at next; guarded by this. */
  private Instant allFrom = Instant.MIN;

  /**
   * @param onAlarm told the id of each campaign of which something is to stop
   */
  public LateBounceWatch(
      Database database, GuardSettings settings, InstantSource clock, LongConsumer onAlarm) {
    this.database = database;
    this.settings = settings;
    this.clock = clock;
    this.onAlarm = onAlarm;
  }

  @Override
  public Runnable bounced(long campaignId, BounceCategory category) {
    return Guard.ofRefusal(category).isPresent() ? () -> mark(campaignId) : () -> {};
  }

  private void mark(long campaignId) {
    if (marked.size() < MOST_MARKED) {
      marked.add(campaignId);
    }
  }

  /**
   * Looks now, and holds where bounces are too many. A campaign that could not be looked at stays
   * marked; the first failure is thrown when the others are done.
   */
  public synchronized void look() {
    Instant now = clock.instant();
    boolean isOfAll = !now.isBefore(allFrom);
    rests.values().removeIf(until -> !now.isBefore(until));
    // before anything is read: who bounces meanwhile is marked anew
    Set<Long> taken = new HashSet<>(marked);
    taken.removeAll(rests.keySet());
    marked.removeAll(taken);
    if (!isOfAll && taken.isEmpty()) {
      return;
    }
    Map<Long, CampaignGuards> due;
    try {
      due = due(isOfAll ? Optional.empty() : Optional.of(taken), LateBounceLook.since(now));
    } catch (RuntimeException e) {
      marked.addAll(taken);
      throw e;
    }
    List<RuntimeException> failures = new ArrayList<>();
    due.forEach(
        (id, guards) -> {
          Instant begun = clock.instant();
          try {
            if (judge(id, settings.of(guards), now)) {
              onAlarm.accept(id);
            }
          } catch (RuntimeException e) {
            marked.add(id);
            failures.add(e);
          }
          Instant done = clock.instant();
          rests.put(id, done.plus(Duration.between(begun, done).multipliedBy(REST)));
        });
    if (isOfAll) {
      allFrom = now.plus(ALL_EVERY);
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }

  /** The campaigns that are to be looked at, and what they say of their guardrails. */
  private Map<Long, CampaignGuards> due(Optional<Set<Long>> among, Instant since) {
    return database.read(
        connection ->
            GuardStore.guards(connection, LateBounceStore.underWay(connection, among, since)));
  }

  /** Whether something was held. */
  private boolean judge(long campaignId, GuardSettings guards, Instant now) {
    return database.inTransaction(
        connection -> {
          List<Alarm> alarms = new LateBounceLook(connection, campaignId, guards, now).alarms();
          setApart(connection, alarms);
          boolean isHeld = false;
          for (Alarm alarm : alarms) {
            isHeld |= HoldStore.add(connection, hold(alarm, now));
          }
          return isHeld;
        });
  }

  /** ISPs first and then their campaign, as results lock them. */
  private static void setApart(Connection connection, List<Alarm> alarms) throws SQLException {
    List<State> isps = new ArrayList<>();
    for (GuardStore.Key key :
        alarms.stream()
            .filter(alarm -> !alarm.isApart())
            .map(Alarm::key)
            .filter(key -> !key.isp().isEmpty())
            .sorted(GuardStore.Key.ORDER)
            .toList()) {
      GuardStore.lock(connection, key).filter(state -> !state.isApart()).ifPresent(isps::add);
    }
    isps.sort(Comparator.comparing(isp -> isp.key().guard()));
    for (State isp : isps) {
      GuardStore.setApart(connection, isp);
    }
  }

  private static Hold hold(Alarm alarm, Instant now) {
    GuardStore.Key key = alarm.key();
    Tally tally = alarm.run().tally();
    return new Hold(
        key.campaignId(),
        key.isp(),
        "",
        key.guard().id(),
        tally.trials(),
        tally.hits(),
        "%s %s, with those that came late, of mail sent from %s UTC on: %s"
            .formatted(
                key.guard().title(),
                key.place(),
                TIME.format(alarm.run().from()),
                tally.words(alarm.test())),
        now,
        Optional.empty(),
        "",
        "");
  }
}
