package io.portolan.sender.pace;

import io.portolan.core.database.DatabaseException;
import io.portolan.core.pace.Pace;
import io.portolan.core.pace.PaceStore;
import io.portolan.core.pace.Throttle;
import io.portolan.core.policy.ActivePolicy;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paces of all platforms, as every node knows them: slowed down at once in the database by
 * whoever meets a throttle reply, learned by the others within a second. While the database is away
 * each node goes on with what it knows.
 *
 * <p>Thread-safe; blocks for one short transaction at a throttle reply.
 */
public final class Paces implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Paces.class);
  private static final Duration TICK = Duration.ofSeconds(1);

  /** Changes may be committed in another order than they are numbered. */
  private static final Duration READ_ANYWAY = Duration.ofSeconds(15);

  private final PaceStore store;
  private final ActivePolicy policy;
  private final InstantSource clock;

  /** When each relay took a message last. */
  private final Map<String, Instant> lastTaken = new ConcurrentHashMap<>();

  private volatile Map<String, Pace> known = Map.of();
  private long seen = -1;
  private Instant readAgainAt = Instant.MIN;
  private boolean isAway;
  private @Nullable Thread worker;

  public Paces(PaceStore store, ActivePolicy policy, InstantSource clock) {
    this.store = store;
    this.policy = policy;
    this.clock = clock;
  }

  /** Why nothing goes to a platform, and until when. */
  public record CoolDown(String reason, Instant until) {}

  /** Takes over what is stored, and begins to share. */
  public void start() {
    learn();
    worker = Thread.ofPlatform().daemon().name("paces").start(this::run);
  }

  @Override
  public void close() {
    Thread running = worker;
    if (running != null) {
      running.interrupt();
      try {
        running.join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The limits that hold at this moment: the policy's, or less of them. */
  public Limits limits(String lane, Limits policy) {
    Pace pace = known.get(lane);
    if (pace == null) {
      return policy;
    }
    Instant now = clock.instant();
    return policy.at(pace.connections(now, policy), pace.rate(now, policy));
  }

  /** Whether less than the policy's limits holds. */
  public boolean isSlowed(String lane) {
    return known.containsKey(lane);
  }

  /** Whether nothing may be sent to a platform now. */
  public Optional<CoolDown> coolDown(String lane) {
    return Optional.ofNullable(known.get(lane))
        .filter(pace -> pace.isCoolingDown(clock.instant()))
        .map(
            pace ->
                new CoolDown(
                    "cool-down of " + lane + " after its reply: " + pace.reply(),
                    pace.resumesAt()));
  }

  /** Whether nothing may go by a path now, because its relay asked for that. */
  public Optional<CoolDown> coolDown(Path path) {
    return path.isDirect() ? Optional.empty() : coolDown(Pace.ofRelay(path.route()));
  }

  /** A message was taken by a path; of direct ones lanes keep count. */
  public void accepted(Path path) {
    if (!path.isDirect()) {
      lastTaken.put(path.route(), clock.instant());
    }
  }

  /** Begins a cool-down of the relay of a path, for all lanes. */
  public void throttled(Path path, Instant offeredAt, Duration coolDown, String reply) {
    String lane = Pace.ofRelay(path.route());
    throttled(
        new Throttle(
            lane,
            ofPolicy(lane),
            0,
            lastTaken.getOrDefault(path.route(), Instant.MIN),
            offeredAt,
            clock.instant(),
            coolDown,
            reply));
  }

  /** Slows a platform or a relay down; the replies of one burst do it once. */
  public synchronized void throttled(Throttle throttle) {
    Pace pace;
    boolean isNews;
    try {
      PaceStore.Slowed slowed = store.slow(throttle);
      pace = slowed.pace();
      isNews = slowed.isNews();
    } catch (DatabaseException e) {
      Pace before = known.get(throttle.lane());
      pace = Pace.slowed(before, throttle);
      isNews = !pace.equals(before);
      log.warn("{} throttled us, which only this node knows: {}", throttle.lane(), e.getMessage());
    }
    Map<String, Pace> all = new HashMap<>(known);
    all.put(pace.lane(), pace);
    known = Map.copyOf(all);
    if (isNews && pace.isOfRelay()) {
      log.warn(
          "{} throttled us: nothing goes by it until {}. It said: {}",
          pace.lane(),
          pace.resumesAt(),
          pace.reply());
    } else if (isNews) {
      log.warn(
          "{} throttled us: nothing is sent to it until {}, then {} messages a second over {} connections, more with each clean minute. It said: {}",
          pace.lane(),
          pace.resumesAt(),
          pace.rate(),
          pace.connections(),
          pace.reply());
    }
  }

  /** The paces that are slower than the policy's limits, and the cool-downs of relays. */
  public List<Pace> all() {
    return List.copyOf(known.values());
  }

  /** Takes over what other nodes have found out, and ends paces that have come up to the limits. */
  public synchronized void learn() {
    Instant now = clock.instant();
    long latest = store.latestChange();
    if (latest != seen || !now.isBefore(readAgainAt)) {
      Map<String, Pace> all = new HashMap<>();
      store.all().forEach(pace -> all.put(pace.lane(), pace));
      known = Map.copyOf(all);
      seen = latest;
      readAgainAt = now.plus(READ_ANYWAY);
    }
    for (Pace pace : known.values()) {
      Limits limits = ofPolicy(pace.lane());
      if (!now.isBefore(pace.overAt(limits)) && store.recover(pace, limits, now)) {
        log.info("{} is not slowed down any more", pace.lane());
      }
    }
  }

  /** The policy's limits of a lane. */
  public Limits ofPolicy(String lane) {
    return Pace.limits(lane, policy);
  }

  private void run() {
    boolean isEnding = false;
    while (!isEnding) {
      try {
        Thread.sleep(TICK);
        step();
      } catch (InterruptedException e) {
        isEnding = true;
      }
    }
  }

  private void step() {
    try {
      learn();
      isAway = false;
    } catch (DatabaseException e) {
      if (!isAway) {
        log.warn("paces cannot be shared, each node goes on with its own: {}", e.getMessage());
        isAway = true;
      }
    } catch (RuntimeException e) {
      log.error("sharing paces has failed and goes on", e);
    }
  }
}
