package io.portolan.scheduler;

import io.portolan.core.campaign.SendWindow;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Sql;
import io.portolan.core.delivery.CampaignGate;
import io.portolan.core.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gate of every campaign: open while the campaign runs and its send window is open. One small
 * statement four times a second keeps it, so that pausing on one node closes the gate on all within
 * a second; {@link #refresh} closes it here at once.
 *
 * <p>When the database has not answered for five seconds, every gate is closed: nothing is sent on
 * knowledge that may be outdated.
 *
 * <p>Thread-safe. {@link #isOpen} reads one volatile field.
 */
public final class CampaignGatePoller implements CampaignGate {
  private static final Logger log = LoggerFactory.getLogger(CampaignGatePoller.class);

  private static final String RUNNING =
      """
      SELECT id, send_window::text AS send_window FROM campaign c
       WHERE state = 'running'
         AND NOT EXISTS (SELECT FROM campaign_hold h WHERE h.campaign_id = c.id AND h.isp = '' AND h.released_at IS NULL)
      """;

  private static final String HELD =
      """
      SELECT h.campaign_id, h.isp
        FROM campaign_hold h JOIN campaign c ON c.id = h.campaign_id AND c.state = 'running'
       WHERE h.released_at IS NULL AND h.isp <> ''
      """;

  private static final Duration INTERVAL = Duration.ofMillis(250);
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);

  /** The gates open again soon after a cut is over, whatever TCP does with what was under way. */
  private static final Duration ANSWER = Duration.ofSeconds(4);

  private final Database database;
  private final InstantSource clock;
  private volatile View view = new View(Map.of(), Set.of(), Set.of(), System.nanoTime());
  private volatile boolean shut;
  private @Nullable Thread poller;

  /** What the database said at one moment. */
  private record View(
      Map<Long, Optional<SendWindow>> running, Set<Long> open, Set<HeldIsp> held, long readNanos) {}

  /** An ISP that a guardrail holds of a campaign. */
  private record HeldIsp(long campaignId, String isp) {}

  public CampaignGatePoller(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public boolean isOpen(long campaignId) {
    return isCurrent() && view.open().contains(campaignId);
  }

  @Override
  public boolean isHeld(long campaignId, String isp) {
    Set<HeldIsp> held = view.held();
    return !held.isEmpty() && held.contains(new HeldIsp(campaignId, isp));
  }

  /** Asks the database now, on the calling thread. */
  public void refresh() {
    long asked = System.nanoTime();
    Map<Long, Optional<SendWindow>> running = new HashMap<>();
    Set<HeldIsp> held = new HashSet<>();
    database.readWithin(
        ANSWER,
        connection -> {
          Sql.list(
              connection,
              HELD,
              row -> held.add(new HeldIsp(row.number("campaign_id"), row.text("isp"))));
          return Sql.list(
              connection,
              RUNNING,
              row -> {
                Optional<SendWindow> window =
                    row.optionalText("send_window").map(json -> Json.read(json, SendWindow.class));
                return running.put(row.number("id"), window);
              });
        });
    replace(running, held, asked);
  }

  void start() {
    refresh();
    poller = Thread.ofPlatform().daemon().name("campaign-gate").start(this::pollUntilShut);
  }

  /** Closes every gate for good: this node is stopping. */
  void shut() {
    shut = true;
    Thread running = poller;
    if (running != null) {
      running.interrupt();
    }
  }

  Admission admission(long campaignId) {
    Optional<SendWindow> window = view.running().get(campaignId);
    if (!isCurrent() || window == null) {
      return new Admission.Closed();
    }
    Instant now = clock.instant();
    Instant opensAt = nextOpen(campaignId, now);
    return opensAt.isAfter(now) ? new Admission.OutsideWindow(opensAt) : new Admission.Open();
  }

  /** The instant itself, or the next moment at which the campaign's send window opens. */
  Instant nextOpen(long campaignId, Instant instant) {
    Optional<SendWindow> window = view.running().get(campaignId);
    return window == null ? instant : window.map(w -> w.nextOpen(instant)).orElse(instant);
  }

  private boolean isCurrent() {
    return !shut && System.nanoTime() - view.readNanos() < LONGEST_SILENCE.toNanos();
  }

  // of two answers the one that was asked for later counts
  private synchronized void replace(
      Map<Long, Optional<SendWindow>> running, Set<HeldIsp> held, long asked) {
    if (asked - view.readNanos() >= 0) {
      Instant now = clock.instant();
      Set<Long> open =
          running.entrySet().stream()
              .filter(each -> each.getValue().map(w -> !w.nextOpen(now).isAfter(now)).orElse(true))
              .map(Map.Entry::getKey)
              .collect(Collectors.toUnmodifiableSet());
      view = new View(Map.copyOf(running), open, Set.copyOf(held), asked);
    }
  }

  private void pollUntilShut() {
    boolean answered = true;
    while (!shut) {
      try {
        Thread.sleep(INTERVAL);
        refresh();
        answered = true;
      } catch (InterruptedException e) {
        return;
      } catch (DatabaseException e) {
        if (answered && !shut) {
          log.warn(
              "{} Sending stops within {} s until it is back.",
              e.getMessage(),
              LONGEST_SILENCE.toSeconds());
        }
        answered = false;
      } catch (RuntimeException e) {
        log.error("The gates could not be read, will try again", e);
      }
    }
  }
}
