package io.portolan.core.isp;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.address.Domain;
import io.portolan.core.database.TestDatabase;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DomainStoreTest {
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
  private static final Destination GOOGLE = new Destination("google-workspace", "gmail", Basis.MX);
  private static final Destination NO_ANSWER = new Destination("other", "other", Basis.UNRESOLVED);

  @RegisterExtension private static final TestDatabase DATABASE = TestDatabase.create();

  private final DomainStore store = new DomainStore(DATABASE.database());

  @Test
  void keepsWhatItIsGiven() {
    ResolvedDomain one = resolved("keep-1.example", GOOGLE, NOON);
    ResolvedDomain two =
        resolved(
            "keep-2.example", new Destination("other", "other", Basis.NULL_MX), NOON.plusMillis(1));

    store.save(List.of(two, one));

    assertThat(store.find(List.of(one.domain(), two.domain(), new Domain("keep-3.example"))))
        .hasSize(2)
        .containsEntry(one.domain(), one)
        .containsEntry(two.domain(), two);
  }

  @Test
  void findsTheMissingAndTheExpired() {
    Domain fresh = new Domain("fresh.example");
    Domain expired = new Domain("expired.example");
    Domain missing = new Domain("missing.example");
    store.save(
        List.of(
            new ResolvedDomain(fresh, GOOGLE, NOON, NOON.plusMillis(1)),
            new ResolvedDomain(expired, GOOGLE, NOON.minusSeconds(60), NOON)));

    assertThat(store.findMissingOrExpired(List.of(fresh, expired, missing), NOON))
        .containsExactlyInAnyOrder(expired, missing);
    assertThat(store.findMissingOrExpired(List.of(), NOON)).isEmpty();
  }

  @Test
  void replacesOlderResultsAndKeepsNewerOnes() {
    Destination other = new Destination("other", "other", Basis.UNKNOWN_MX);
    ResolvedDomain older = resolved("replace.example", other, NOON);
    ResolvedDomain newer = resolved("replace.example", GOOGLE, NOON.plusSeconds(1));

    store.save(List.of(older));
    store.save(List.of(newer));
    store.save(List.of(older));

    assertThat(store.find(List.of(older.domain()))).containsValue(newer);
  }

  @Test
  void keepsADestinationFoundByMailHostsWhileTheDnsGivesNoAnswer() {
    ResolvedDomain found = resolved("silent.example", GOOGLE, NOON);
    ResolvedDomain silent = resolved("silent.example", NO_ANSWER, NOON.plusSeconds(7200));
    store.save(List.of(found));

    store.save(List.of(silent));

    assertThat(store.find(List.of(found.domain())))
        .containsValue(
            new ResolvedDomain(found.domain(), GOOGLE, found.resolvedAt(), silent.expiresAt()));
  }

  @Test
  void doesNotHoldADomainForUndeliverableWithoutAnAnswer() {
    Destination gone = new Destination("other", "other", Basis.NO_SUCH_DOMAIN);
    ResolvedDomain silent = resolved("gone.example", NO_ANSWER, NOON.plusSeconds(7200));
    store.save(List.of(resolved("gone.example", gone, NOON)));

    store.save(List.of(silent));

    assertThat(store.find(List.of(silent.domain()))).containsValue(silent);
  }

  @Test
  void savesThousandsAtOnce() {
    List<ResolvedDomain> many =
        IntStream.range(0, 5_000)
            .mapToObj(i -> resolved("d" + i + ".many.example", GOOGLE, NOON))
            .toList();

    store.save(many);

    assertThat(store.findMissingOrExpired(many.stream().map(ResolvedDomain::domain).toList(), NOON))
        .isEmpty();
  }

  private static ResolvedDomain resolved(String domain, Destination destination, Instant at) {
    return new ResolvedDomain(new Domain(domain), destination, at, at.plusSeconds(3600));
  }
}
