package io.portolan.core.isp;

import io.portolan.core.address.Domain;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Finds out whose mailboxes a domain has: by the directory's domain list, else by its mail hosts in
 * the DNS, else it is {@link Isp#OTHER}. What the domain list says needs no question to the DNS.
 *
 * <p>Thread-safe. Answers of the DNS are remembered for their time to live, within five minutes and
 * a day; a failure to answer for a minute. At most {@value #MAX_REMEMBERED} domains are remembered.
 */
public final class DomainResolver {
  private static final int MAX_REMEMBERED = 50_000;
  private static final Duration SHORTEST = Duration.ofMinutes(5);
  private static final Duration LONGEST = Duration.ofHours(24);
  private static final Duration UNRESOLVED = Duration.ofMinutes(1);

  private final IspDirectory directory;
  private final MxLookup lookup;
  private final InstantSource clock;
  private final int concurrency;
  private final Map<Domain, ResolvedDomain> remembered;

  /**
   * @param concurrency questions to the DNS at one time, at least 1
   */
  public DomainResolver(
      IspDirectory directory, MxLookup lookup, InstantSource clock, int concurrency) {
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, not " + concurrency);
    }
    this.directory = directory;
    this.lookup = lookup;
    this.clock = clock;
    this.concurrency = concurrency;
    remembered = new LruMap<>(MAX_REMEMBERED);
  }

  /** Resolves one domain; asks the DNS on the calling thread where need be. */
  public ResolvedDomain resolve(Domain domain) throws InterruptedException {
    Optional<ResolvedDomain> known = known(domain);
    return known.isPresent() ? known.get() : ask(domain);
  }

  /**
   * Resolves domains, many at one time, and returns when each is resolved.
   *
   * @return a result for every domain given
   */
  public Map<Domain, ResolvedDomain> resolveAll(Collection<Domain> domains)
      throws InterruptedException {
    Map<Domain, ResolvedDomain> results = new HashMap<>();
    Map<Domain, Future<ResolvedDomain>> asked = new LinkedHashMap<>();
    Semaphore free = new Semaphore(concurrency);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (Domain domain : new LinkedHashSet<>(domains)) {
          Optional<ResolvedDomain> known = known(domain);
          if (known.isPresent()) {
            results.put(domain, known.get());
            continue;
          }
          free.acquire();
          asked.put(
              domain,
              threads.submit(
                  () -> {
                    try {
                      return ask(domain);
                    } finally {
                      free.release();
                    }
                  }));
        }
        for (Map.Entry<Domain, Future<ResolvedDomain>> each : asked.entrySet()) {
          results.put(each.getKey(), each.getValue().get());
        }
      } catch (ExecutionException e) {
        threads.shutdownNow();
        throw new IllegalStateException("a lookup failed instead of answering", e.getCause());
      } catch (InterruptedException e) {
        threads.shutdownNow();
        throw e;
      }
    }
    return results;
  }

  private Optional<ResolvedDomain> known(Domain domain) {
    Instant now = clock.instant();
    Optional<Isp> listed = directory.findByDomain(domain);
    if (listed.isPresent()) {
      Destination destination = Destination.of(listed.get(), Basis.DOMAIN);
      return Optional.of(new ResolvedDomain(domain, destination, now, now.plus(LONGEST)));
    }
    synchronized (remembered) {
      return Optional.ofNullable(remembered.get(domain)).filter(result -> result.isFresh(now));
    }
  }

  private ResolvedDomain ask(Domain domain) throws InterruptedException {
    MxAnswer answer = lookup.lookUp(domain);
    Instant now = clock.instant();
    ResolvedDomain result =
        new ResolvedDomain(domain, destination(domain, answer), now, now.plus(lifetime(answer)));
    synchronized (remembered) {
      remembered.put(domain, result);
    }
    return result;
  }

  private Destination destination(Domain domain, MxAnswer answer) {
    return switch (answer) {
      case MxAnswer.Hosts hosts ->
          directory
              .findByMx(hosts)
              .map(isp -> Destination.of(isp, Basis.MX))
              .orElseGet(() -> Destination.other(Basis.UNKNOWN_MX));
      // the domain is its own mail host, so a host suffix may cover it
      case MxAnswer.ImplicitMx _ ->
          directory
              .findByMxHost(domain.name())
              .map(isp -> Destination.of(isp, Basis.MX))
              .orElseGet(() -> Destination.other(Basis.IMPLICIT_MX));
      case MxAnswer.NullMx _ -> Destination.other(Basis.NULL_MX);
      case MxAnswer.NoSuchDomain _ -> Destination.other(Basis.NO_SUCH_DOMAIN);
      case MxAnswer.TemporaryFailure _ -> Destination.other(Basis.UNRESOLVED);
    };
  }

  private static Duration lifetime(MxAnswer answer) {
    return switch (answer) {
      case MxAnswer.Hosts hosts -> clamped(hosts.timeToLive());
      case MxAnswer.ImplicitMx implicit -> clamped(implicit.timeToLive());
      case MxAnswer.NullMx none -> clamped(none.timeToLive());
      case MxAnswer.NoSuchDomain none -> clamped(none.timeToLive());
      case MxAnswer.TemporaryFailure _ -> UNRESOLVED;
    };
  }

  private static Duration clamped(Duration timeToLive) {
    if (timeToLive.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return timeToLive.compareTo(LONGEST) > 0 ? LONGEST : timeToLive;
  }

  /** A map that forgets what was asked for least recently. */
  private static final class LruMap<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private final int capacity;

    LruMap(int capacity) {
      super(16, 0.75f, true);
      this.capacity = capacity;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > capacity;
    }
  }
}
