package io.portolan.core.isp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.address.Domain;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class DomainResolverTest {
  private static final Domain EXAMPLE = new Domain("example.org");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final MxAnswer GOOGLE =
      new MxAnswer.Hosts(List.of(new MxHost(1, "aspmx.l.google.com")), HOUR);

  private final Zone zone = new Zone();
  private Instant now = Instant.parse("2026-11-24T12:00:00Z");
  private final DomainResolver resolver =
      new DomainResolver(IspDirectory.builtIn(), zone, () -> now, 8);

  @Test
  void asksNoDnsForADomainOfTheDirectory() throws InterruptedException {
    assertThat(resolver.resolve(new Domain("aol.com")))
        .isEqualTo(
            new ResolvedDomain(
                new Domain("aol.com"),
                new Destination("aol", "yahoo", Basis.DOMAIN),
                now,
                now.plus(Duration.ofHours(24))));
    assertThat(zone.asked).isEmpty();
  }

  @Test
  void findsThePlatformByTheMailHosts() throws InterruptedException {
    zone.answers.put(EXAMPLE, GOOGLE);

    assertThat(resolver.resolve(EXAMPLE).destination())
        .isEqualTo(new Destination("google-workspace", "gmail", Basis.MX));
  }

  @Test
  void tellsWhyADestinationIsOther() throws InterruptedException {
    assertOther(
        new MxAnswer.Hosts(List.of(new MxHost(1, "mx.example.org")), HOUR),
        Basis.UNKNOWN_MX,
        false);
    assertOther(new MxAnswer.ImplicitMx(HOUR), Basis.IMPLICIT_MX, false);
    assertOther(new MxAnswer.NullMx(HOUR), Basis.NULL_MX, true);
    assertOther(new MxAnswer.NoSuchDomain(HOUR), Basis.NO_SUCH_DOMAIN, true);
    assertOther(new MxAnswer.TemporaryFailure("SERVFAIL"), Basis.UNRESOLVED, false);
  }

  @Test
  void takesADomainThatIsItsOwnMailHostForTheSuffixesItself() throws InterruptedException {
    Domain host = new Domain("box.emailsrvr.com");
    zone.answers.put(host, new MxAnswer.ImplicitMx(HOUR));

    assertThat(resolver.resolve(host).destination())
        .isEqualTo(new Destination("rackspace", "rackspace", Basis.MX));
  }

  @ParameterizedTest
  @CsvSource({"PT0S, PT5M", "PT1H, PT1H", "P7D, P1D"})
  void remembersAnAnswerForItsTimeToLive(Duration timeToLive, Duration kept)
      throws InterruptedException {
    zone.answers.put(EXAMPLE, new MxAnswer.NullMx(timeToLive));

    ResolvedDomain first = resolver.resolve(EXAMPLE);
    assertThat(first.expiresAt()).isEqualTo(now.plus(kept));
    now = now.plus(kept).minusMillis(1);
    assertThat(resolver.resolve(EXAMPLE)).isEqualTo(first);
    assertThat(zone.asked).hasSize(1);
    now = now.plusMillis(1);
    assertThat(resolver.resolve(EXAMPLE).resolvedAt()).isEqualTo(now);
    assertThat(zone.asked).hasSize(2);
  }

  @Test
  void asksAgainAMinuteAfterNoAnswer() throws InterruptedException {
    zone.answers.put(EXAMPLE, new MxAnswer.TemporaryFailure("timed out"));
    assertThat(resolver.resolve(EXAMPLE).expiresAt()).isEqualTo(now.plusSeconds(60));

    zone.answers.put(EXAMPLE, GOOGLE);
    now = now.plusSeconds(60);
    assertThat(resolver.resolve(EXAMPLE).destination().isp()).isEqualTo("google-workspace");
  }

  @Test
  void resolvesManyAtOneTimeWithinItsBound() throws InterruptedException {
    List<Domain> domains = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      domains.add(new Domain("d" + i + ".example"));
    }
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    // the first eight questions are answered once all eight are asked, so one at a time would hang
    CountDownLatch eight = new CountDownLatch(8);
    MxLookup lookup =
        domain -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          eight.countDown();
          eight.await();
          running.decrementAndGet();
          return GOOGLE;
        };
    DomainResolver bounded = new DomainResolver(IspDirectory.builtIn(), lookup, () -> now, 8);

    Map<Domain, ResolvedDomain> results = bounded.resolveAll(domains);

    assertThat(results).containsOnlyKeys(domains);
    assertThat(results.values())
        .allMatch(result -> result.destination().platform().equals("gmail"));
    assertThat(most).hasValue(8);
  }

  @Test
  void asksOnceForADomainGivenTwiceAndNeverForAKnownOne() throws InterruptedException {
    zone.answers.put(EXAMPLE, GOOGLE);
    resolver.resolve(EXAMPLE);
    zone.asked.clear();
    Domain fresh = new Domain("fresh.example");
    zone.answers.put(fresh, GOOGLE);

    Map<Domain, ResolvedDomain> results =
        resolver.resolveAll(List.of(fresh, EXAMPLE, fresh, new Domain("gmx.de")));

    assertThat(results).hasSize(3);
    assertThat(zone.asked).containsExactly(fresh);
  }

  @Test
  void givesUpWhenInterrupted() throws InterruptedException {
    Semaphore never = new Semaphore(0);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    MxLookup lookup =
        domain -> {
          asked.countDown();
          never.acquire();
          return GOOGLE;
        };
    DomainResolver stuck = new DomainResolver(IspDirectory.builtIn(), lookup, () -> now, 1);
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    stuck.resolveAll(List.of(EXAMPLE, new Domain("second.example")));
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                });

    asked.await();
    caller.interrupt();

    interrupted.await();
    caller.join();
  }

  @Test
  void passesOnTheFaultOfALookup() {
    IllegalStateException fault = new IllegalStateException("a fault of our own");
    MxLookup lookup =
        domain -> {
          throw fault;
        };
    DomainResolver faulty = new DomainResolver(IspDirectory.builtIn(), lookup, () -> now, 2);

    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> faulty.resolveAll(List.of(EXAMPLE)))
        .withCause(fault);
  }

  private void assertOther(MxAnswer answer, Basis basis, boolean undeliverable)
      throws InterruptedException {
    Domain domain = new Domain(basis.id() + ".example");
    zone.answers.put(domain, answer);
    Destination destination = resolver.resolve(domain).destination();
    assertThat(destination).isEqualTo(new Destination("other", "other", basis));
    assertThat(destination.isUndeliverable()).isEqualTo(undeliverable);
  }

  /** A DNS of a few domains that notes what it was asked. */
  private static final class Zone implements MxLookup {
    final Map<Domain, MxAnswer> answers = new ConcurrentHashMap<>();
    final List<Domain> asked = new ArrayList<>();

    @Override
    public synchronized MxAnswer lookUp(Domain domain) {
      asked.add(domain);
      return answers.getOrDefault(domain, new MxAnswer.NoSuchDomain(HOUR));
    }
  }
}
