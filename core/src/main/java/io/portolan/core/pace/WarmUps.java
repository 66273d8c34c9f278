package io.portolan.core.pace;

import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath.Cap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * At which step of their warm-up sources are, for each platform by itself. A step is a day on which
 * the source offered mail to the platform; a day is not followed by a higher step when the guard
 * says that it went badly, or that it brought less than half of its volume.
 *
 * <p>Thread-safe; blocks for some short statements at the first question of a day.
 */
public final class WarmUps {
  /** So long without mail, and a source is unknown again (SES warms up again after 30 days). */
  private static final long IDLE_DAYS = 30;

  private static final int MOST_KNOWN = 10_000;

  private final Days days;
  private final WarmUpGuard guard;
  private final InstantSource clock;
  private final Map<Key, Known> known = new ConcurrentHashMap<>();

  private record Key(String source, String platform, LocalDate begun, LocalDate day) {}

  /**
   * What is known of today.
   *
   * @param isKept whether it is a day of sending, and not only would be one
   */
  private record Known(Day day, boolean isKept) {}

  /**
   * A day of sending.
   *
   * @param step from 0
   * @param reason why it is this step
   */
  public record Day(LocalDate day, int step, String reason) {}

  /** Where days of sending are kept, for all nodes. */
  public interface Days {
    /** The latest day of sending of a warm-up. */
    Optional<Day> latest(String source, String platform, LocalDate begun);

    /** Keeps a day of sending, or gives that which another node has kept before. */
    Day keep(String source, String platform, LocalDate begun, Day day);
  }

  /**
   * The present step.
   *
   * @param step from 0
   * @param cap the most that goes to the platform at this step
   * @param reason why it is this step
   */
  public record Stage(int step, Cap cap, String reason) {}

  public WarmUps(Days days, WarmUpGuard guard, InstantSource clock) {
    this.days = days;
    this.guard = guard;
    this.clock = clock;
  }

  /** The name under which the sessions of a path are counted: its route and source, any port. */
  public static String source(Path path) {
    return path.route() + (path.source().isEmpty() ? "" : " from " + path.source());
  }

  /** When a warm-up begins, if that is still to come. */
  public Optional<Instant> beginsLater(WarmUp plan) {
    Instant begin = plan.since().atStartOfDay(ZoneOffset.UTC).toInstant();
    return Optional.of(begin).filter(clock.instant()::isBefore);
  }

  /**
   * The step at which a path's source sends today. Asking makes it a day of sending: to be asked
   * right before a message is offered, and not while its path may yet turn out to be shut.
   *
   * @return empty when it is warm
   */
  public Optional<Stage> stage(Path path, WarmUp plan, String platform) {
    Key key = key(path, plan, platform);
    Known today = known.get(key);
    if (today == null || !today.isKept()) {
      Day next = next(path, plan, platform, key.day());
      today = remember(key, new Known(days.keep(key.source(), platform, key.begun(), next), true));
    }
    return stage(plan, today.day());
  }

  /** The step at which a path's source would send; makes nothing a day of sending. */
  public Optional<Stage> expected(Path path, WarmUp plan, String platform) {
    Key key = key(path, plan, platform);
    Known today = known.get(key);
    if (today == null) {
      today = remember(key, new Known(next(path, plan, platform, key.day()), false));
    }
    return stage(plan, today.day());
  }

  /** As {@link #expected}, for people to see: read anew. */
  public Optional<Stage> look(Path path, WarmUp plan, String platform) {
    return stage(plan, next(path, plan, platform, today()));
  }

  private Key key(Path path, WarmUp plan, String platform) {
    return new Key(source(path), platform, plan.since(), today());
  }

  private Known remember(Key key, Known today) {
    if (known.size() > MOST_KNOWN) {
      known.clear();
    }
    known.keySet().removeIf(each -> each.day().isBefore(key.day()));
    known.put(key, today);
    return today;
  }

  private static Optional<Stage> stage(WarmUp plan, Day day) {
    return plan.cap(day.step()).map(cap -> new Stage(day.step(), cap, day.reason()));
  }

  private Day next(Path path, WarmUp plan, String platform, LocalDate today) {
    Optional<Day> latest = days.latest(source(path), platform, plan.since());
    if (latest.isEmpty()) {
      return new Day(
          today,
          plan.firstStep(),
          plan.firstStep() == 0 ? "the first day" : "the first day, by the policy's first step");
    }
    Day before = latest.get();
    if (!before.day().isBefore(today)) {
      return before;
    }
    long idle = ChronoUnit.DAYS.between(before.day(), today);
    if (idle > IDLE_DAYS) {
      return new Day(today, 0, "begun again after " + idle + " days without mail");
    }
    Instant from = before.day().atStartOfDay(ZoneOffset.UTC).toInstant();
    Instant to = from.plus(Duration.ofDays(1));
    return plan.cap(before.step())
        .flatMap(step -> guard.trips(path.route(), path.source(), platform, from, to, step))
        .map(why -> new Day(today, before.step(), "not raised after " + before.day() + ": " + why))
        .orElseGet(
            () -> new Day(today, before.step() + 1, "the day of sending after " + before.day()));
  }

  private LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
  }
}
