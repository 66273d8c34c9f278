package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.address.Domain;
import io.portolan.core.isp.Basis;
import io.portolan.core.isp.DomainResolver;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import io.portolan.core.isp.ResolvedDomain;
import io.portolan.scheduler.PatientResolver.Patience;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PatientResolverTest {
  private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
  private static final List<Domain> DOMAINS =
      IntStream.range(0, 10).mapToObj(n -> new Domain("shop" + n + ".example")).toList();

  private final Set<Domain> silent = ConcurrentHashMap.newKeySet();
  private final AtomicInteger minutes = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private volatile Duration each = Duration.ZERO;
  private volatile int answersFrom = Integer.MAX_VALUE;

  // each look at the clock is two minutes after the last, so that nothing is remembered
  private final DomainResolver resolver =
      new DomainResolver(IspDirectory.builtIn(), this::answer, this::later, 1);
  private final PatientResolver patient =
      new PatientResolver(resolver, Duration.ofMillis(1), nanos::get);

  @Test
  void waitsUntilASilentDnsAnswers() throws InterruptedException {
    silent.addAll(DOMAINS);
    answersFrom = 31;

    assertThat(patient.resolve(DOMAINS, new Patience()))
        .hasSize(10)
        .extracting(result -> result.destination().platform())
        .containsOnly("gmail");
    assertThat(asked).hasValue(40);
  }

  @Test
  void waitsForNoFewBrokenDomains() throws InterruptedException {
    silent.addAll(DOMAINS.subList(0, 4));

    assertThat(patient.resolve(DOMAINS, new Patience()))
        .filteredOn(result -> result.destination().basis() == Basis.UNRESOLVED)
        .extracting(ResolvedDomain::domain)
        .containsExactlyInAnyOrderElementsOf(silent);
    assertThat(asked).hasValue(10);
  }

  @Test
  void givesUpInTheEnd() throws InterruptedException {
    silent.addAll(DOMAINS);

    PatientResolver hasty = new PatientResolver(resolver, Duration.ofMinutes(11), nanos::get);
    Patience patience = new Patience();
    patience.spend(Duration.ofMinutes(10));

    assertThat(hasty.resolve(DOMAINS, patience))
        .extracting(result -> result.destination().basis())
        .containsOnly(Basis.UNRESOLVED);
    assertThat(asked).hasValue(10);
  }

  @Test
  void spendsPatienceOnASilenceThatIsLongInComing() throws InterruptedException {
    silent.addAll(DOMAINS);
    each = Duration.ofSeconds(30);
    Patience patience = new Patience();

    assertThat(patient.resolve(DOMAINS, patience))
        .extracting(result -> result.destination().basis())
        .containsOnly(Basis.UNRESOLVED);
    assertThat(asked).as("twice for five minutes").hasValue(20);
  }

  @Test
  void spendsNoPatienceOnAnswersThatAreLongInComing() throws InterruptedException {
    each = Duration.ofMinutes(2);
    Patience patience = new Patience();
    patient.resolve(DOMAINS, patience);
    each = Duration.ZERO;
    silent.addAll(DOMAINS);
    answersFrom = 21;

    assertThat(patient.resolve(DOMAINS, patience))
        .extracting(result -> result.destination().platform())
        .containsOnly("gmail");
  }

  private Instant later() {
    return START.plus(Duration.ofMinutes(minutes.addAndGet(2)));
  }

  private MxAnswer answer(Domain domain) {
    nanos.addAndGet(each.toNanos());
    return asked.incrementAndGet() < answersFrom && silent.contains(domain)
        ? new MxAnswer.TemporaryFailure("no answer")
        : new MxAnswer.Hosts(List.of(new MxHost(10, "aspmx.l.google.com")), Duration.ofHours(1));
  }
}
