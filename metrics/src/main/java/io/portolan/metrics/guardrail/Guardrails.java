package io.portolan.metrics.guardrail;

import io.portolan.core.delivery.PathFailure;
import io.portolan.core.delivery.RecordedResult;
import io.portolan.core.delivery.ResultHook;
import io.portolan.core.delivery.ResultListener;
import io.portolan.core.delivery.Trial;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.guard.HoldStore.Steps;
import io.portolan.core.matching.LateBounceHook;
import io.portolan.core.reply.BounceCategory;
import io.portolan.metrics.guardrail.GuardStore.Counted;
import io.portolan.metrics.guardrail.GuardStore.State;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.report.Rate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tests every result as it is recorded, per campaign and per ISP of a campaign, and holds what
 * fails: the ISP, or the whole campaign. The tests are rows that all nodes write in the
 * transactions of their results.
 *
 * <p>While it is not known that an ISP takes a campaign's mail well, few messages may be under way
 * to it, so that few more are sent than the test needs.
 *
 * <p>Thread-safe.
 */
public final class Guardrails implements ResultHook, LateBounceHook, ResultListener, Trial {
  private static final Logger log = LoggerFactory.getLogger(Guardrails.class);

  /**
   * Campaigns and ISPs known at a time; a campaign that is forgotten is on trial again, briefly.
   */
  private static final int MOST_KNOWN = 50_000;

  private static final double CLOSE_TO_ALARM = 1.0 / 3;

  private final GuardSettings settings;
  private final InstantSource clock;
  private final Map<String, Fare> fares = new ConcurrentHashMap<>();
  private final AtomicBoolean alarmed = new AtomicBoolean();
  private volatile LongConsumer onAlarm = _ -> {};

  public Guardrails(GuardSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /** How a campaign's mail to an ISP fares. */
  private static final class Fare {
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean isSettled;
  }

  /**
   * Names who acts on alarms at once. Called with the id of each campaign of the group that raised
   * one, on the thread that records results, when the holds are durable.
   */
  public void onAlarm(LongConsumer action) {
    onAlarm = action;
  }

  @Override
  public boolean enter(long campaignId, String isp) {
    Fare fare = fare(campaignId, isp);
    if (fare.underWay.incrementAndGet() > settings.underWay() && !fare.isSettled) {
      fare.underWay.decrementAndGet();
      return false;
    }
    return true;
  }

  @Override
  public void leave(long campaignId, String isp) {
    fare(campaignId, isp).underWay.decrementAndGet();
  }

  @Override
  public void record(Connection connection, List<RecordedResult> applied) throws SQLException {
    Map<GuardStore.Key, Counted> counts = new TreeMap<>(GuardStore.Key.ORDER);
    for (RecordedResult result : applied) {
      for (Guard guard : settings.tests().keySet()) {
        Optional<Boolean> hit = guard.isHit(result);
        if (hit.isPresent()) {
          counts.merge(
              new GuardStore.Key(result.campaignId(), result.delivery().isp(), guard),
              Counted.one(hit.get()),
              Counted::plus);
        }
      }
    }
    if (!counts.isEmpty()) {
      judge(connection, counts);
    }
  }

  /**
   * A message that was counted as well taken bounced after all: the same trial, now a hit. Of a
   * campaign that has ended there is nothing left to hold.
   */
  @Override
  public void bounced(Connection connection, long campaignId, String isp, BounceCategory category)
      throws SQLException {
    Optional<Guard> guard = Guard.ofLate(category).filter(each -> settings.test(each).isPresent());
    if (guard.isPresent() && GuardStore.isUnderWay(connection, campaignId)) {
      judge(connection, Map.of(new GuardStore.Key(campaignId, isp, guard.get()), Counted.LATE_HIT));
    }
  }

  @Override
  public void recorded(List<RecordedResult> applied, List<PathFailure> pathFailures) {
    if (alarmed.getAndSet(false)) {
      applied.stream().mapToLong(RecordedResult::campaignId).distinct().forEach(this::alarm);
    }
  }

  /** Has a durable hold of a campaign acted on at once; gates see it within a second anyway. */
  public void alarm(long campaignId) {
    try {
      onAlarm.accept(campaignId);
    } catch (RuntimeException e) {
      log.warn("The hold of campaign {} is not yet followed everywhere", campaignId, e);
    }
  }

  /** How a test goes on once a person has overridden its alarm. */
  public Steps restart(Hold hold) {
    return Guard.of(hold.guard())
        .flatMap(settings::test)
        .map(test -> test.laxer((double) hold.hits() / Math.max(1, hold.trials())).steps())
        .orElse(new Steps(0, 0));
  }

  /*
   * ISPs first, then campaigns without the ISPs that are held: so the score of a campaign is at most
   * the sum of those of its ISPs that are not, each of which is below its alarm. Twice an alarm is
   * then reached by several ISPs together and never by one alone, however many results a group has.
   */
  private void judge(Connection connection, Map<GuardStore.Key, Counted> counts)
      throws SQLException {
    Map<GuardStore.Key, Counted> ofCampaigns = new TreeMap<>(GuardStore.Key.ORDER);
    List<State> alarms = new ArrayList<>();
    for (State isp : GuardStore.add(connection, counts, settings, clock.instant())) {
      SequentialTest test = test(isp);
      boolean isAlarm = isp.score() >= test.alarm(isp.trials());
      if (isp.key().guard() == Guard.HARD_BOUNCE) {
        // close to an alarm as few may be under way as before it was known
        fare(isp.key().campaignId(), isp.key().isp()).isSettled =
            isp.total() <= test.settled() && isp.score() < test.alarm() * CLOSE_TO_ALARM;
      }
      if (isAlarm) {
        add(connection, isp, test);
      }
      if (!isp.isApart()) {
        GuardStore.Key campaign = isp.key().ofCampaign();
        ofCampaigns.merge(campaign, Objects.requireNonNull(counts.get(isp.key())), Counted::plus);
        if (isAlarm) {
          alarms.add(isp);
        }
      }
    }
    if (ofCampaigns.isEmpty()) {
      return;
    }
    Map<GuardStore.Key, State> campaigns = new TreeMap<>(GuardStore.Key.ORDER);
    for (State campaign : GuardStore.add(connection, ofCampaigns, settings, clock.instant())) {
      campaigns.put(campaign.key(), campaign);
    }
    for (State isp : alarms) {
      State rest = GuardStore.setApart(connection, isp);
      campaigns.put(rest.key(), rest);
    }
    for (State campaign : campaigns.values()) {
      SequentialTest test = test(campaign);
      if (campaign.score() >= 2 * test.alarm()) {
        add(connection, campaign, test);
      }
    }
  }

  private void add(Connection connection, State state, SequentialTest test) throws SQLException {
    if (HoldStore.add(connection, hold(state, test))) {
      alarmed.set(true);
    }
  }

  private SequentialTest test(State state) {
    return settings.test(state.key().guard()).orElseThrow();
  }

  private Hold hold(State state, SequentialTest test) {
    Rate rate = Rate.of(Math.min(state.hits(), state.trials()), state.trials());
    GuardStore.Key key = state.key();
    Instant now = clock.instant();
    return new Hold(
        key.campaignId(),
        key.isp(),
        key.guard().id(),
        state.trials(),
        state.hits(),
        "%s %s %s of %s: %s, where %s is usual and %s too many"
            .formatted(
                key.guard().title(),
                key.isp().isEmpty() ? "over all ISPs" : "at " + key.isp(),
                Figures.number(state.hits()),
                Figures.number(state.trials()),
                Figures.share(rate.value(), rate.low(), rate.high()),
                Figures.percent(test.good()),
                Figures.percent(test.bad())),
        now,
        Optional.empty(),
        "",
        "");
  }

  private Fare fare(long campaignId, String isp) {
    if (fares.size() > MOST_KNOWN) {
      fares.values().removeIf(fare -> fare.underWay.get() == 0);
    }
    return fares.computeIfAbsent(campaignId + " " + isp, _ -> new Fare());
  }
}
