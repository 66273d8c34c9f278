package io.portolan.core.policy;

import io.portolan.core.ConflictException;
import io.portolan.core.database.DatabaseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy in force, kept in memory. Half a second after it last looked it looks again whether
 * another version was activated; while the database cannot be reached it goes on with what it
 * knows.
 *
 * <p>Thread-safe. One caller at a time reads the database, the others take what is known.
 */
public final class ActivePolicyCache implements ActivePolicy {
  private static final Logger log = LoggerFactory.getLogger(ActivePolicyCache.class);
  private static final Duration FRESH = Duration.ofMillis(500);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
  private static final int MOST_RULES = 10_000;

  private record Key(String isp, String platform) {}

  /** The policy of one activation, and the rules worked out from it so far. */
  private record Known(PolicyStore.Active active, Map<Key, EffectiveRule> rules) {
    EffectiveRule ruleFor(Key key) {
      EffectiveRule rule = rules.get(key);
      if (rule == null) {
        rule = active.policy().ruleFor(active.activation().version(), key.isp(), key.platform());
        if (rules.size() < MOST_RULES) {
          rules.put(key, rule);
        }
      }
      return rule;
    }
  }

  private final PolicyStore store;
  private final InstantSource clock;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile @Nullable Known known;
  private volatile Instant lookAgainAt = Instant.MIN;

  public ActivePolicyCache(PolicyStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * {@inheritDoc}
   *
   * @throws ConflictException if no version was ever activated
   * @throws DatabaseException if the database cannot be reached and nothing is known yet
   */
  @Override
  public EffectiveRule ruleFor(String isp, String platform) {
    return current().ruleFor(new Key(isp, platform));
  }

  /** What is asked from now on is of the policy that is active by now. */
  public void lookAgain() {
    // a look that has begun does not know of it, and says when it ends that all is fresh
    reading.lock();
    try {
      lookAgainAt = Instant.MIN;
    } finally {
      reading.unlock();
    }
  }

  /** The ports of all paths of the policy in force. */
  public Set<Integer> ports() {
    return current().active().policy().rules().stream()
        .flatMap(rule -> rule.paths().stream())
        .map(option -> option.path().port())
        .collect(Collectors.toSet());
  }

  /** The addresses that the policy in force has direct mail come from, where it names any. */
  public Set<String> directSources() {
    return current().active().policy().rules().stream()
        .flatMap(rule -> rule.paths().stream())
        .filter(option -> option.path().isDirect())
        .flatMap(option -> option.sources().stream())
        .collect(Collectors.toSet());
  }

  private Known current() {
    Known present = known;
    if (present == null) {
      return first();
    }
    if (clock.instant().isBefore(lookAgainAt) || !reading.tryLock()) {
      return present;
    }
    try {
      return refreshed(present);
    } finally {
      reading.unlock();
    }
  }

  private Known first() {
    reading.lock();
    try {
      Known present = known;
      return present == null ? read() : present;
    } finally {
      reading.unlock();
    }
  }

  private Known refreshed(Known present) {
    try {
      Optional<PolicyActivation> latest = store.latestActivation();
      if (latest.isPresent() && latest.get().id() != present.active().activation().id()) {
        return read();
      }
      lookAgainAt = clock.instant().plus(FRESH);
      return present;
    } catch (DatabaseException e) {
      lookAgainAt = clock.instant().plus(AFTER_FAILURE);
      log.warn(
          "the active policy cannot be read; version {} stays in force here: {}",
          present.active().activation().version(),
          e.getMessage());
      return present;
    }
  }

  private Known read() {
    PolicyStore.Active active =
        store
            .active()
            .orElseThrow(
                () -> new ConflictException("No port policy is active; activate a version first."));
    Known latest = new Known(active, new ConcurrentHashMap<>());
    known = latest;
    lookAgainAt = clock.instant().plus(FRESH);
    return latest;
  }
}
