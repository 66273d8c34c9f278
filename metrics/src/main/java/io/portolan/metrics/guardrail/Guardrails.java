package io.portolan.metrics.guardrail;

import io.portolan.core.campaign.CampaignGuards;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.delivery.Trial;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.guard.HoldStore.Steps;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.recorder.ResultHook;
import io.portolan.core.recorder.ResultListener;
import io.portolan.metrics.guardrail.GuardStore.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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
public final class Guardrails implements ResultHook, ResultListener, Trial {
  private static final Logger log = LoggerFactory.getLogger(Guardrails.class);

  /**
   * Campaigns and ISPs known at a time; a campaign that is forgotten is on trial again, briefly.
   */
  private static final int MOST_KNOWN = 50_000;

  private static final int MOST_CAMPAIGNS = 10_000;

  private static final double CLOSE_TO_ALARM = 1.0 / 3;

  private final GuardSettings settings;
  private final Map<Long, GuardSettings> ofCampaigns = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private final Map<String, Fare> fares = new ConcurrentHashMap<>();

  /** Campaigns with a hold of which nobody was told yet, for its results are not durable. */
  private final Set<Long> alarmed = ConcurrentHashMap.newKeySet();

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
   * Names who acts on alarms at once. Called with the id of each campaign for which one was raised,
   * on the thread that records results, when the holds are durable.
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
    Map<GuardStore.Key, Tally> counts = new TreeMap<>(GuardStore.Key.ORDER);
    Map<Long, GuardSettings> own =
        settings(connection, applied.stream().map(RecordedResult::campaignId).distinct().toList());
    for (RecordedResult result : applied) {
      GuardSettings guards = own.getOrDefault(result.campaignId(), settings);
      if (guards.test(Guard.HARD_BOUNCE).isEmpty()) {
        // nobody waits for a verdict that is never given
        fare(result.campaignId(), result.delivery().isp()).isSettled = true;
      }
      for (Guard guard : guards.tests().keySet()) {
        Optional<Boolean> hit = guard.isHit(result);
        if (hit.isPresent()) {
          counts.merge(
              new GuardStore.Key(result.campaignId(), result.delivery().isp(), guard),
              Tally.one(hit.get()),
              Tally::plus);
        }
      }
    }
    if (!counts.isEmpty()) {
      alarmed.addAll(judge(connection, counts, own));
    }
  }

  /** What is in force for campaigns: it can be changed in drafts alone, so that it is read once. */
  private Map<Long, GuardSettings> settings(Connection connection, List<Long> campaigns)
      throws SQLException {
    Map<Long, GuardSettings> own = new HashMap<>();
    campaigns.forEach(id -> own.computeIfAbsent(id, ofCampaigns::get));
    List<Long> unknown = campaigns.stream().filter(id -> !own.containsKey(id)).toList();
    if (!unknown.isEmpty()) {
      GuardStore.guards(connection, unknown)
          .forEach((id, guards) -> own.put(id, settings.of(guards)));
      if (ofCampaigns.size() > MOST_CAMPAIGNS) {
        ofCampaigns.clear();
      }
      ofCampaigns.putAll(own);
    }
    return own;
  }

  @Override
  public void recorded(List<RecordedResult> applied, List<PathFailure> pathFailures) {
    if (!alarmed.isEmpty()) {
      applied.stream()
          .map(RecordedResult::campaignId)
          .distinct()
          .filter(alarmed::remove)
          .forEach(this::alarm);
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

  /**
   * How a test goes on once a person has overridden its alarm.
   *
   * @param guards what the campaign says for itself
   */
  public Steps restart(Hold hold, CampaignGuards guards) {
    return Guard.of(hold.guard())
        .flatMap(settings.of(guards)::test)
        .map(test -> test.laxer((double) hold.hits() / Math.max(1, hold.trials())).steps())
        .orElse(new Steps(0, 0));
  }

  private Set<Long> judge(
      Connection connection, Map<GuardStore.Key, Tally> counts, Map<Long, GuardSettings> own)
      throws SQLException {
    Function<GuardStore.Key, SequentialTest> limits =
        key -> own.getOrDefault(key.campaignId(), settings).test(key.guard()).orElseThrow();
    GuardJudge.Verdict verdict =
        new GuardJudge(GuardStore.tests(connection, limits, clock.instant()), limits).judge(counts);
    for (State isp : verdict.isps()) {
      if (isp.key().guard() == Guard.HARD_BOUNCE) {
        SequentialTest test = limits.apply(isp.key());
        // close to an alarm as few may be under way as before it was known
        fare(isp.key().campaignId(), isp.key().isp()).isSettled =
            isp.total() <= test.settled() && isp.score() < test.alarm() * CLOSE_TO_ALARM;
      }
    }
    Set<Long> held = new HashSet<>();
    for (State alarm : verdict.alarms()) {
      if (HoldStore.add(connection, hold(alarm, limits.apply(alarm.key())))) {
        held.add(alarm.key().campaignId());
      }
    }
    return held;
  }

  private Hold hold(State state, SequentialTest test) {
    GuardStore.Key key = state.key();
    Instant now = clock.instant();
    return new Hold(
        key.campaignId(),
        key.isp(),
        "",
        key.guard().id(),
        state.trials(),
        state.hits(),
        "%s %s %s"
            .formatted(
                key.guard().title(),
                key.place(),
                new Tally(state.trials(), state.hits()).words(test)),
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
