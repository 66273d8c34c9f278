package io.portolan.scheduler;

import io.portolan.core.address.Domain;
import io.portolan.core.isp.Basis;
import io.portolan.core.isp.DomainResolver;
import io.portolan.core.isp.ResolvedDomain;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves the domains of a chunk, and waits while the DNS is silent: a domain that is planned
 * without its platform is sent past that platform's limits.
 *
 * <p>The DNS is silent when at least half of the domains asked for, and {@value #FEW} or more, get
 * no answer. A few broken domains, which every list has, make nobody wait.
 *
 * <p>Thread-safe; holds no state.
 */
final class PatientResolver {
  /**
   * What is left of the time that one run of planning gives to a silent DNS, asking it and waiting,
   * all in all. For one thread.
   */
  static final class Patience {
    private Duration left = PATIENCE;

    void spend(Duration time) {
      left = left.minus(time);
    }

    private boolean isOver() {
      return !left.isPositive();
    }
  }

  private static final Logger log = LoggerFactory.getLogger(PatientResolver.class);

  /** Longer than a resolver remembers that there was no answer. */
  static final Duration PAUSE = Duration.ofSeconds(61);

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final int FEW = 5;

  private final DomainResolver resolver;
  private final Duration pause;
  private final LongSupplier nanoTime;

  /**
   * @param pause before a silent DNS is asked again
   * @param nanoTime as {@link System#nanoTime}
   */
  PatientResolver(DomainResolver resolver, Duration pause, LongSupplier nanoTime) {
    this.resolver = resolver;
    this.pause = pause;
    this.nanoTime = nanoTime;
  }

  /**
   * Resolves domains; once there is no patience left, whatever the DNS says.
   *
   * @return a result for every domain
   */
  Collection<ResolvedDomain> resolve(List<Domain> domains, Patience patience)
      throws InterruptedException {
    while (true) {
      long start = nanoTime.getAsLong();
      Collection<ResolvedDomain> results = resolver.resolveAll(domains).values();
      if (!isSilent(results)) {
        return results;
      }
      patience.spend(Duration.ofNanos(nanoTime.getAsLong() - start));
      if (patience.isOver()) {
        log.warn(
            "The DNS still gives no answer for most of {} recipient domains, such as {}. They are planned as ISP other",
            results.size(),
            domains.getFirst());
        return results;
      }
      log.warn(
          "The DNS gives no answer for most of {} recipient domains, such as {}. Planning waits {} s and asks again",
          results.size(),
          domains.getFirst(),
          pause.toSeconds());
      Thread.sleep(pause);
      patience.spend(pause);
    }
  }

  private static boolean isSilent(Collection<ResolvedDomain> results) {
    long unresolved =
        results.stream().filter(result -> result.destination().basis() == Basis.UNRESOLVED).count();
    return unresolved >= FEW && unresolved * 2 >= results.size();
  }
}
