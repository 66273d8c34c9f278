package io.portolan.sender.lane;

import io.portolan.core.policy.Path;
import io.portolan.sender.pace.Meter;
import io.portolan.sender.path.PathChoice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of one platform that wait on this node, and what the platform's answers say about
 * the lane as a whole.
 *
 * <p>A platform that refuses this source is not asked again for every recipient: after a number of
 * refusals in a row the lane holds back until a time, and then lets one delivery through to try.
 *
 * <p>Thread-safe; waiting in {@link #take} releases the monitor.
 */
final class Lane {
  /** How long after a hold, or a refusal, it counts for what comes next. */
  private static final Duration MEMORY = Duration.ofHours(6);

  /** The longest that a worker has a delivery in reserve before others may take it. */
  private static final long RESERVED_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How far a worker looks for a delivery that suits its session. */
  private static final int FARTHEST = 200;

  private final String key;
  private final String platform;
  private final int refusalsInARow;

  private final Deque<BatchRun.Item> waiting = new ArrayDeque<>();
  private final Deque<Reserved> reserved = new ArrayDeque<>();
  private final Map<Integer, Pacer> pacers = new HashMap<>();
  private final Map<Path, Instant> spared = new HashMap<>();
  // and whether mail has left its path
  private final Map<Line, Boolean> silent = new HashMap<>();
  private final LanePauses pauses = new LanePauses();
  private final Meter taken = new Meter();
  private int workers;
  private int refusals;
  private int routeRefusals;
  private int holds;
  private boolean isTrying;
  private Instant heldUntil = Instant.MIN;
  private Instant remembersUntil = Instant.MIN;
  private String heldBecause = "";
  private @Nullable Thread waiter;

  Lane(String key, String platform, int refusalsInARow) {
    this.key = key;
    this.platform = platform;
    this.refusalsInARow = refusalsInARow;
  }

  /** As {@link PathChoice#target} gives it. */
  String key() {
    return key;
  }

  String platform() {
    return platform;
  }

  /** Whether this is the lane of a domain that no ISP is known for. */
  boolean isOfOneDomain() {
    return !key.equals(platform);
  }

  /**
   * Adds deliveries.
   *
   * @param connections how many workers the lane may have
   * @return how many workers the caller shall start
   */
  synchronized int add(List<BatchRun.Item> items, int connections) {
    waiting.addAll(items);
    notifyAll();
    return reinforce(connections);
  }

  /**
   * Makes up for workers that ended while no slot was to be had, and for those that wait for silent
   * peers: what waits, and what they have set aside, is not theirs alone.
   *
   * @param connections how many workers the lane may have
   * @return how many workers the caller shall start
   */
  synchronized int reinforce(int connections) {
    int open = waiting.size() + (silent.isEmpty() ? 0 : reserved.size());
    int wanted = Math.min(connections, open + silent.size());
    int start = Math.max(0, wanted - workers);
    workers += start;
    return start;
  }

  /**
   * Notes that the peer of a session has owed an answer for long.
   *
   * @param isLeft whether mail has left its path, so that it waits for the answer to the end of
   *     data
   * @return whether that is news
   */
  synchronized boolean silent(Line line, boolean isLeft) {
    return !Objects.equals(silent.put(line, isLeft), isLeft);
  }

  /** Notes that a session is over, or its peer has answered. */
  synchronized void heard(Line line) {
    silent.remove(line);
  }

  /**
   * How many connections the lane may have, with those on paths that are left which do not come to
   * their end. Once mail is back on such a path, they count again.
   */
  synchronized int connections(int limit) {
    return limit + (int) silent.values().stream().filter(isLeft -> isLeft).count();
  }

  /**
   * The next delivery; empty when none came within the time.
   *
   * @param suits which of the next ones to take before the others, if there is one
   */
  synchronized Optional<BatchRun.Item> take(Duration patience, Predicate<BatchRun.Item> suits)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    long reserve = Math.min(patience.toNanos(), RESERVED_NANOS);
    while (waiting.isEmpty()) {
      long now = System.nanoTime();
      if (!reserved.isEmpty() && now - reserved.getFirst().sinceNanos() >= reserve) {
        return Optional.of(reserved.removeFirst().item());
      }
      long left = deadline - now;
      if (left <= 0) {
        return Optional.empty();
      }
      TimeUnit.NANOSECONDS.timedWait(this, reserved.isEmpty() ? left : Math.min(left, reserve));
    }
    return Optional.of(firstThat(suits).orElseGet(waiting::remove));
  }

  private Optional<BatchRun.Item> firstThat(Predicate<BatchRun.Item> suits) {
    int seen = 0;
    for (Iterator<BatchRun.Item> each = waiting.iterator();
        each.hasNext() && seen < FARTHEST;
        seen++) {
      BatchRun.Item item = each.next();
      if (suits.test(item)) {
        each.remove();
        return Optional.of(item);
      }
    }
    return Optional.empty();
  }

  private record Reserved(BatchRun.Item item, long sinceNanos) {}

  /**
   * Sets aside the delivery that a worker will take next. Empty where as many workers may want one
   * as deliveries wait: none shall idle for it. When its worker is held up for a second, or for the
   * patience of another that has nothing else, that one takes it.
   */
  synchronized Optional<BatchRun.Item> reserve(Predicate<BatchRun.Item> suits) {
    if (waiting.size() < workers) {
      return Optional.empty();
    }
    Optional<BatchRun.Item> item = firstThat(suits);
    item.ifPresent(it -> reserved.add(new Reserved(it, System.nanoTime())));
    return item;
  }

  /** Takes what was set aside; false when another worker has taken it. */
  synchronized boolean redeem(BatchRun.Item item) {
    return reserved.removeIf(each -> each.item().equals(item));
  }

  /** Gives back what was set aside. */
  synchronized void giveBack(BatchRun.Item item) {
    if (redeem(item)) {
      waiting.addFirst(item);
      notifyAll();
    }
  }

  /** Leaves the waiting deliveries that may not be sent now, as they are. */
  synchronized void leaveUnless(Predicate<BatchRun> mayBeSent) {
    waiting.removeIf(item -> leftUnless(mayBeSent, item));
    reserved.removeIf(each -> leftUnless(mayBeSent, each.item()));
  }

  private static boolean leftUnless(Predicate<BatchRun> mayBeSent, BatchRun.Item item) {
    boolean leave = !mayBeSent.test(item.run());
    if (leave) {
      item.run().leave();
    }
    return leave;
  }

  /**
   * A worker wants to end.
   *
   * @return false when deliveries came meanwhile and it shall go on
   */
  synchronized boolean retire() {
    if (!waiting.isEmpty()) {
      return false;
    }
    workers--;
    return true;
  }

  /**
   * A worker without a slot wants to end. One such worker stays while deliveries wait, to take a
   * slot that falls free: the others may be busy for minutes with a peer, or be on other nodes.
   *
   * @return whether it ends
   */
  synchronized boolean retireWithoutSlot(Thread worker) {
    boolean mayStay = waiter == null || waiter.equals(worker);
    boolean hasWork = !waiting.isEmpty() || (!silent.isEmpty() && !reserved.isEmpty());
    if (hasWork && mayStay) {
      waiter = worker;
      return false;
    }
    quit(worker);
    return true;
  }

  /** A worker has a slot and waits for none any more. */
  synchronized void hasSlot(Thread worker) {
    if (worker.equals(waiter)) {
      waiter = null;
    }
  }

  /** A worker ends, whatever waits. */
  synchronized void quit(Thread worker) {
    hasSlot(worker);
    workers--;
  }

  synchronized boolean isIdle() {
    return workers == 0 && waiting.isEmpty() && reserved.isEmpty();
  }

  /** Whether a refusal still counts, so that the lane must not be forgotten. */
  synchronized boolean remembers(Instant now) {
    return now.isBefore(remembersUntil());
  }

  /** Until when refusals count; long past when there are none. */
  synchronized Instant remembersUntil() {
    Instant paused = pauses.end();
    return paused.isAfter(remembersUntil) ? paused : remembersUntil;
  }

  private void remember(Instant from) {
    remembersUntil = from.plus(MEMORY);
  }

  /** Takes the next time at which a slot may send and returns the wait for it, in nanoseconds. */
  synchronized long pace(int slot, double messagesPerSecond, long nowNanos) {
    return pacers
        .computeIfAbsent(slot, _ -> new Pacer(nowNanos))
        .acquire(messagesPerSecond, nowNanos);
  }

  /** The platform took a message by a path. */
  synchronized void accepted(Path path) {
    pauses.accepted(path);
    refusals = 0;
    routeRefusals = 0;
    holds = 0;
    isTrying = false;
    heldUntil = Instant.MIN;
    remembersUntil = Instant.MIN;
  }

  /**
   * The platform refused this source or sender, whoever the message is for. After some in a row the
   * lane holds back, longer with each trial that fails: the lane's own back-off, whatever the
   * deliveries have behind them.
   *
   * @param first how long it holds back at first
   * @return the hold that begins with this; empty when it goes on, or none does
   */
  synchronized Optional<Hold> refused(String reply, Instant now, Duration first) {
    refusals++;
    remember(now);
    boolean wasUnderWay = now.isBefore(heldUntil) && !isTrying;
    if (refusals < refusalsInARow || wasUnderWay) {
      return Optional.empty();
    }
    isTrying = false;
    heldUntil = now.plus(LanePauses.length(holds, first));
    remember(heldUntil);
    heldBecause =
        platform
            + " refused the last "
            + refusals
            + " messages of this source, lastly with: "
            + reply;
    holds++;
    return holds == 1 ? Optional.of(new Hold(heldBecause, heldUntil)) : Optional.empty();
  }

  /**
   * The platform distrusts the source of a path.
   *
   * @return until when its way is closed now; empty when it is open, or was closed already
   */
  synchronized Optional<Instant> sourceRefused(
      Path path, Instant now, Duration first, String reason) {
    remember(now);
    return pauses.refused(path, refusalsInARow, now, first, reason);
  }

  /**
   * A relay refused our mail, whoever the message is for.
   *
   * @return whether it is to be left for a while: after some in a row, and then at each one until
   *     the lane gets a message through
   */
  synchronized boolean routeRefused() {
    routeRefusals = Math.min(routeRefusals + 1, refusalsInARow);
    return routeRefusals == refusalsInARow;
  }

  /** What the platform took of this node. */
  Meter taken() {
    return taken;
  }

  /** What is closed for a while: by the policy's pause rules, or because a source is refused. */
  LanePauses pauses() {
    return pauses;
  }

  /** Spares a better path, to which the lane's sessions could not move, for a while. */
  synchronized void spare(Path path, Instant until) {
    spared.put(path, until);
  }

  /** Whether a session may try to move to a better path. */
  synchronized boolean mayMoveTo(Path path, Instant now) {
    Instant until = spared.get(path);
    return until == null || !now.isBefore(until);
  }

  /**
   * Why and until when the lane holds back. When the time is over one caller gets through to try,
   * and the others wait for what becomes of it.
   *
   * @param trial how long the trial may take before another one starts
   */
  synchronized Optional<Hold> hold(Instant now, Duration trial) {
    Optional<Hold> pause = pauses.whole(now).map(it -> new Hold(it.reason(), it.until()));
    if (pause.isPresent()) {
      return pause;
    }
    if (refusals < refusalsInARow) {
      return Optional.empty();
    }
    if (now.isBefore(heldUntil)) {
      return Optional.of(new Hold(heldBecause, heldUntil));
    }
    heldUntil = now.plus(trial);
    isTrying = true;
    return Optional.empty();
  }

  /** Whether the lane holds back, or lets one delivery through to try. */
  synchronized boolean isHeld() {
    return holds > 0;
  }

  /** Why a lane holds back, and until when. */
  record Hold(String reason, Instant until) {}
}
