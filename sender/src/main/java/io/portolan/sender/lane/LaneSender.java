package io.portolan.sender.lane;

import io.portolan.core.delivery.BatchSender;
import io.portolan.core.delivery.CampaignGate;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.delivery.ConnectionSlots.Slot;
import io.portolan.core.delivery.Trial;
import io.portolan.core.isp.DomainResolver;
import io.portolan.core.isp.Isp;
import io.portolan.core.pace.CoolDowns;
import io.portolan.core.policy.ActivePolicy;
import io.portolan.core.recorder.ResultRecorder;
import io.portolan.core.relay.Secrets;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.suppression.SuppressionCheck;
import io.portolan.sender.dns.MailHostFinder;
import io.portolan.sender.message.MessageComposer;
import io.portolan.sender.pace.Paces;
import io.portolan.sender.path.PathChoice;
import io.portolan.sender.smtp.SessionOpener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends batches over lanes: one lane a platform, one more for each domain that no ISP is known for,
 * and on each lane as many workers as it has connection slots. A worker is a virtual thread that
 * carries deliveries over one session and ends when none came for a while.
 *
 * <p>Thread-safe. Closing leaves the deliveries that wait and lets those in hand finish.
 */
public final class LaneSender implements BatchSender, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LaneSender.class);

  /** Lanes of single domains in which nothing waits, remembered because the domains refuse us. */
  private static final int MOST_REMEMBERED = 10_000;

  /** Their batches wait for many mail hosts, of which some never answer. */
  private static final int PLACES_OF_OTHER = 16;

  private static final Duration COOL_DOWN_RECHECK = Duration.ofMillis(250);
  private static final Duration SLOT_RECHECK = Duration.ofMillis(250);
  private static final Duration FAREWELL = Duration.ofSeconds(20);

  /** For results of sessions that were cut to be written; who stops a batch waits longer. */
  private static final Duration AFTER_CUT = Duration.ofSeconds(4);

  /** A worker that failed waits before it goes on, longer from time to time. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

  private final LaneParts parts;
  private final LaneSettings settings;
  private final Lanes lanes;
  private final Map<String, Semaphore> places = new ConcurrentHashMap<>();
  private final Set<BatchRun> runs = ConcurrentHashMap.newKeySet();
  private final Semaphore sessions;
  private final RelayTrial relayTrial;
  private final LineOpener testLines;
  private final StallWatch stalls;
  private volatile boolean stopping;

  /** The way out: which path, which host, which login, and the session itself. */
  public record Outbound(
      PathChoice paths, MailHostFinder hosts, Secrets secrets, SessionOpener sessions) {}

  /**
   * What decides: the policy in force, the reply rules, and which campaigns may send.
   *
   * @param isps the ids of those whose mail goes to a platform
   */
  public record Rules(
      ActivePolicy policy,
      Function<String, List<String>> isps,
      ReplyClassifier replies,
      CampaignGate gate,
      Trial trial) {
    /** Rules under which as much may be under way as the policy lets. */
    public Rules(
        ActivePolicy policy,
        Function<String, List<String>> isps,
        ReplyClassifier replies,
        CampaignGate gate) {
      this(policy, isps, replies, gate, Trial.NONE);
    }
  }

  /** What is shared through the database: results, slots and paces, and suppressions. */
  public record Shared(
      ResultRecorder recorder, ConnectionSlots slots, Paces paces, SuppressionCheck suppressions) {}

  public LaneSender(
      Outbound outbound,
      Rules rules,
      MessageComposer composer,
      Shared shared,
      LaneSettings settings,
      InstantSource clock) {
    this.settings = settings;
    lanes = new Lanes(settings.refusalsInARow(), MOST_REMEMBERED);
    sessions = new Semaphore(settings.sessionsPerNode());
    RandomGenerator random = new Random();
    Destinations destinations =
        new Destinations(outbound.hosts(), outbound.secrets(), settings.heloName());
    relayTrial = new RelayTrial(destinations, outbound.sessions());
    testLines =
        new LineOpener(
            outbound.paths(), shared.paces(), destinations, outbound.sessions(), _ -> {}, clock);
    stalls = new StallWatch(outbound.paths(), outbound.sessions(), clock, this::reinforce);
    parts =
        new LaneParts(
            rules.policy(),
            rules.isps(),
            outbound.paths(),
            new LineOpener(
                outbound.paths(),
                shared.paces(),
                destinations,
                outbound.sessions(),
                shared.recorder()::record,
                clock),
            stalls,
            composer,
            new Judge(rules.replies(), clock, random),
            shared.recorder(),
            shared.suppressions(),
            campaignId -> !stopping && rules.gate().isOpen(campaignId),
            new Guarded(rules.gate(), rules.trial()),
            new Outages(clock),
            shared.paces(),
            CoolDowns.builtIn(),
            shared.slots(),
            settings.node(),
            clock);
    stalls.start();
  }

  /** Tests of campaigns, over the same policy and paths; what they meet is not recorded. */
  public TestSender testSender(DomainResolver resolver) {
    return new TestSender(parts, testLines, resolver);
  }

  /** Why a lane holds back. */
  public enum Held {
    /** Its platform refuses us, and one delivery at a time tries. */
    REFUSED("refused"),
    /** A pause rule of the policy closed all of it. */
    PAUSED("paused"),
    /**
     * Mail found none of an ISP's ways open. Of platforms alone: among single domains there are
     * always some whose hosts are dead.
     */
    WAYS_CLOSED("ways-closed");

    private final String id;

    Held(String id) {
      this.id = id;
    }

    /** The name in metrics. */
    public String id() {
      return id;
    }

    private boolean is(Lane lane, Instant now) {
      return switch (this) {
        case REFUSED -> lane.isHeld();
        case PAUSED -> lane.pauses().whole(now).isPresent();
        case WAYS_CLOSED -> !lane.isOfOneDomain() && lane.pauses().isClosed(now);
      };
    }
  }

  /** How many lanes of this node hold back for a reason. */
  public int lanesHeld(Held reason) {
    Instant now = parts.clock().instant();
    return lanes.held(lane -> reason.is(lane, now), now);
  }

  /** Tries the ports of relays. */
  public RelayTrial relayTrial() {
    return relayTrial;
  }

  @Override
  public Place awaitPlace(String platform) throws InterruptedException {
    Semaphore free = places.computeIfAbsent(platform, _ -> new Semaphore(places(platform), true));
    free.acquire();
    try {
      // what is not claimed yet costs nothing while it waits, and does not age
      while (!stopping && isCoolingDown(platform)) {
        Thread.sleep(COOL_DOWN_RECHECK);
      }
    } catch (InterruptedException e) {
      free.release();
      throw e;
    }
    return free::release;
  }

  /** Whether nothing may be sent to a platform, or by any way that a row of its ISPs has. */
  boolean isCoolingDown(String platform) {
    return parts.paces().coolDown(platform).isPresent()
        || parts.ways(platform).stream().allMatch(path -> parts.paces().coolDown(path).isPresent());
  }

  private int places(String platform) {
    int each = settings.placesPerPlatform();
    return platform.equals(Isp.OTHER.platform()) ? each * PLACES_OF_OTHER : each;
  }

  @Override
  public void send(ClaimedBatch batch) throws InterruptedException {
    BatchRun run = new BatchRun(batch, parts.clock().instant());
    runs.add(run);
    try {
      if (stopping) {
        return;
      }
      byLane(run).forEach((key, items) -> enqueue(key, batch.platform(), items));
      run.join();
    } catch (InterruptedException e) {
      // what a peer may have taken must be known to be in doubt before the claim ends, or whoever
      // has the batch next would offer it at once, and on another route
      run.cut();
      if (!run.join(AFTER_CUT)) {
        log.warn(
            "Batch {} was left with deliveries in hand after {} s; they are tried again when it is"
                + " claimed again",
            batch.id(),
            AFTER_CUT.toSeconds());
      }
      throw e;
    } catch (RuntimeException | Error e) {
      // what lanes have of it is left, for its claim ends
      run.abandon();
      throw e;
    } finally {
      runs.remove(run);
    }
  }

  @Override
  public void close() {
    stopping = true;
    runs.forEach(BatchRun::abandon);
    try {
      if (sessions.tryAcquire(
          settings.sessionsPerNode(), FAREWELL.toNanos(), TimeUnit.NANOSECONDS)) {
        sessions.release(settings.sessionsPerNode());
      } else {
        log.warn("Some sessions are still busy after {} s and are left", FAREWELL.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stalls.close();
  }

  private static Map<String, List<BatchRun.Item>> byLane(BatchRun run) {
    Map<String, List<BatchRun.Item>> items = new LinkedHashMap<>();
    for (ClaimedDelivery delivery : run.batch().deliveries()) {
      items
          .computeIfAbsent(
              PathChoice.target(run.batch().platform(), delivery.domain()), _ -> new ArrayList<>())
          .add(new BatchRun.Item(run, delivery));
    }
    return items;
  }

  private void enqueue(String key, String platform, List<BatchRun.Item> items) {
    lanes.with(
        key, platform, lane -> start(lane, lane.add(items, new Tempo(parts, lane).connections())));
  }

  private void start(Lane lane, int workers) {
    for (int worker = 0; worker < workers; worker++) {
      Thread.ofVirtual().name("lane-" + lane.key()).start(() -> work(lane));
    }
  }

  private void reinforce(Lane lane) {
    start(lane, lane.reinforce(new Tempo(parts, lane).connections()));
  }

  private void work(Lane lane) {
    boolean ended = false;
    try {
      Tempo tempo = new Tempo(parts, lane);
      Courier courier = new Courier(parts, lane, tempo);
      Duration pause = FIRST_PAUSE;
      while (!ended) {
        Duration wait = SLOT_RECHECK;
        // not kept while it waits: the sessions of other lanes have use for it
        sessions.acquire();
        try {
          ended = workOnSlot(lane, tempo, courier);
          pause = FIRST_PAUSE;
        } catch (RuntimeException | Error e) {
          // what waits in the lane may depend on this worker alone
          log.error("A worker of lane {} failed and goes on after {}", lane.key(), pause, e);
          lane.leaveUnless(this::mayBeSent);
          wait = pause;
          pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
        } finally {
          sessions.release();
        }
        if (!ended) {
          Thread.sleep(wait);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!ended) {
        lane.quit(Thread.currentThread());
      }
      lanes.workerEnded(lane, parts.clock().instant());
    }
  }

  /**
   * Takes a slot and works on it.
   *
   * @return true when the worker has retired; false when it lost the slot or never had one
   */
  private boolean workOnSlot(Lane lane, Tempo tempo, Courier courier) throws InterruptedException {
    Optional<Slot> granted = stopping ? Optional.empty() : tempo.trySlot();
    if (granted.isEmpty()) {
      lane.leaveUnless(this::mayBeSent);
      // the others of this lane, here or on other nodes, have the slots
      return lane.retireWithoutSlot(Thread.currentThread());
    }
    lane.hasSlot(Thread.currentThread());
    // the session ends before the slot is free, or the peer would see one more than the limit
    try (Slot slot = granted.get();
        courier) {
      // where one slot is free there may be more, as after the database was away
      int workers = 0;
      for (int may = tempo.connections();
          slot.isHeld() && slot.number() < may;
          may = tempo.connections()) {
        if (may > workers) {
          start(lane, lane.reinforce(may));
        }
        workers = may;
        Optional<BatchRun.Item> item = courier.next();
        if (item.isEmpty()) {
          item = lane.take(settings.idleLinger(), courier::suits);
        }
        if (item.isPresent()) {
          courier.carry(item.get(), slot);
        } else if (lane.retire()) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean mayBeSent(BatchRun run) {
    return !run.isAbandoned() && parts.gate().isOpen(run.batch().campaignId());
  }
}
