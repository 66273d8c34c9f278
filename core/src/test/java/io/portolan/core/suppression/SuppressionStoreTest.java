package io.portolan.core.suppression;

import static io.portolan.core.suppression.SuppressionReason.COMPLAINT;
import static io.portolan.core.suppression.SuppressionReason.HARD_BOUNCE;
import static io.portolan.core.suppression.SuppressionReason.IMPORT;
import static io.portolan.core.suppression.SuppressionReason.MANUAL;
import static io.portolan.core.suppression.SuppressionReason.UNSUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.database.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SuppressionStoreTest {
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

  @RegisterExtension private static final TestDatabase DATABASE = TestDatabase.create();

  private final SuppressionStore store = new SuppressionStore(DATABASE.database());

  @BeforeEach
  void startEmpty() {
    DATABASE.execute("TRUNCATE suppression, suppression_history");
  }

  @Test
  void letsNoResubscriptionUndoAComplaint() {
    store.add(
        List.of(
            suppression("anna@example.org", UNSUBSCRIBE, NOON),
            suppression("ben@example.org", UNSUBSCRIBE, NOON),
            suppression("eve@example.org", COMPLAINT, NOON)));

    store.add(
        List.of(
            suppression("anna@example.org", COMPLAINT, NOON),
            suppression("ben@example.org", HARD_BOUNCE, NOON),
            suppression("eve@example.org", UNSUBSCRIBE, NOON)));

    assertThat(DATABASE.texts("SELECT value || ' ' || reason FROM suppression ORDER BY value"))
        .containsExactly(
            "anna@example.org complaint",
            "ben@example.org hard-bounce",
            "eve@example.org complaint");
  }

  @Test
  void keepsTheFirstReason() {
    Suppression first = suppression("Anna@Example.org", MANUAL, NOON);
    assertThat(store.add(List.of(first))).isEqualTo(1);

    int added =
        store.add(
            List.of(
                suppression("anna@example.org", COMPLAINT, NOON.plusSeconds(1)),
                suppression("ben@example.org", COMPLAINT, NOON.plusSeconds(1)),
                suppression("BEN@example.org", COMPLAINT, NOON.plusSeconds(2))));

    assertThat(added).isEqualTo(1);
    assertThat(store.find(SuppressionTarget.parse("ANNA@example.org")))
        .map(StoredSuppression::suppression)
        .contains(first);
    assertThat(store.add(List.of())).isZero();
  }

  @Test
  void tellsAddressesFromDomains() {
    store.add(List.of(suppression("B\u00fccher.example", MANUAL, NOON)));

    assertThat(store.find(SuppressionTarget.parse("xn--bcher-kva.example")))
        .hasValueSatisfying(
            found -> {
              assertThat(found.suppression().target())
                  .isEqualTo(SuppressionTarget.parse("b\u00fccher.example"));
              assertThat(found.suppression().target().kind())
                  .isEqualTo(SuppressionTarget.Kind.DOMAIN);
            });
    assertThatExceptionOfType(InvalidAddressException.class)
        .isThrownBy(() -> SuppressionTarget.parse("nobody"));
  }

  @Test
  void findsWhatCoversAnAddress() {
    store.add(
        List.of(
            suppression("example.org", MANUAL, NOON),
            suppression("anna@example.org", HARD_BOUNCE, NOON)));

    assertThat(covering("Anna@Example.org")).contains(HARD_BOUNCE);
    assertThat(covering("ben@example.org")).contains(MANUAL);
    assertThat(covering("ben@sub.example.org")).as("as planning does").contains(MANUAL);
    assertThat(covering("ben@notexample.org")).isEmpty();
    assertThat(covering("anna@example.com")).isEmpty();
  }

  @Test
  void liftsASuppression() {
    store.add(
        List.of(
            suppression("anna@example.org", MANUAL, NOON),
            suppression("example.org", MANUAL, NOON)));
    long id = store.find(SuppressionTarget.parse("example.org")).orElseThrow().id();
    assertThat(store.find(id)).isPresent();

    long anna = store.find(SuppressionTarget.parse("ANNA@EXAMPLE.ORG")).orElseThrow().id();
    assertThat(store.remove(anna, "test", "she asked", NOON)).isTrue();
    assertThat(store.remove(anna, "test", "twice", NOON)).isFalse();
    assertThat(store.remove(id, "test", "", NOON)).isTrue();
    assertThat(store.find(id)).isEmpty();
    assertThat(store.history(Optional.of("anna@example.org"), Long.MAX_VALUE, 10))
        .singleElement()
        .satisfies(
            lifted -> {
              assertThat(lifted.who()).isEqualTo("test");
              assertThat(lifted.note()).isEqualTo("she asked");
              assertThat(lifted.reason()).isEqualTo("manual");
            });
    assertThat(store.history(Optional.empty(), Long.MAX_VALUE, 10)).hasSize(2);
    assertThat(covering("anna@example.org")).isEmpty();
  }

  @Test
  void pagesInOrderOfAdding() {
    List<String> texts = List.of("c@example.org", "a@example.org", "example.net", "b@example.com");
    texts.forEach(
        text ->
            store.add(List.of(suppression(text, text.startsWith("a") ? IMPORT : MANUAL, NOON))));

    List<StoredSuppression> first = store.findPage(SuppressionFilter.ALL, 0, 3);
    List<StoredSuppression> second = store.findPage(SuppressionFilter.ALL, first.getLast().id(), 3);

    assertThat(values(first)).containsExactly("c@example.org", "a@example.org", "example.net");
    assertThat(values(second)).containsExactly("b@example.com");
    assertThat(
            values(
                page(
                    Optional.of(SuppressionTarget.Kind.DOMAIN),
                    Optional.empty(),
                    Optional.empty())))
        .containsExactly("example.net");
    assertThat(values(page(Optional.empty(), Optional.of(IMPORT), Optional.empty())))
        .containsExactly("a@example.org");
    assertThat(values(page(Optional.empty(), Optional.empty(), Optional.of("EXAMPLE.ORG"))))
        .containsExactly("c@example.org", "a@example.org");
    assertThat(values(page(Optional.empty(), Optional.empty(), Optional.of("%")))).isEmpty();
  }

  @Test
  void takesManyAtOnceFromSeveralSides() throws Exception {
    List<Suppression> many =
        IntStream.range(0, 2_000)
            .mapToObj(i -> suppression("p" + i + "@example.org", IMPORT, NOON))
            .toList();
    List<Callable<Integer>> sides = new ArrayList<>();
    for (int side = 0; side < 4; side++) {
      List<Suppression> shuffled = new ArrayList<>(many);
      Collections.rotate(shuffled, side * 500);
      sides.add(() -> store.add(shuffled));
    }

    int added = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> side : threads.invokeAll(sides)) {
        added += side.get();
      }
    }

    assertThat(added).isEqualTo(many.size());
    assertThat(DATABASE.number("SELECT count(*) FROM suppression")).isEqualTo(many.size());
  }

  @Test
  void boundsItsTexts() {
    Suppression bounded =
        new Suppression(
            SuppressionTarget.parse("anna@example.org"), MANUAL, "api", "x\0".repeat(2_000), NOON);
    assertThat(bounded.note()).hasSize(Suppression.MAX_TEXT);

    store.add(List.of(bounded));

    assertThat(store.find(bounded.target())).map(StoredSuppression::suppression).contains(bounded);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Suppression(bounded.target(), MANUAL, " ", "", NOON));
  }

  @Test
  void namesItsReasons() {
    assertThat(SuppressionReason.values())
        .extracting(SuppressionReason::id)
        .containsExactly(
            "hard-bounce", "soft-bounce", "complaint", "unsubscribe", "manual", "import", "erased");
    assertThat(SuppressionReason.values())
        .allSatisfy(reason -> assertThat(SuppressionReason.of(reason.id())).contains(reason));
    assertThat(SuppressionReason.of("whim")).isEmpty();
  }

  @Test
  void holdsForItsListOrSendingDomainAlone() {
    SuppressionTarget anna = SuppressionTarget.parse("anna@example.org");
    store.add(
        List.of(
            scoped(anna, new SuppressionScope.OfList(7), Optional.empty()),
            scoped(
                SuppressionTarget.parse("example.net"),
                new SuppressionScope.OfSendingDomain(new Domain("acme.example")),
                Optional.empty())));

    assertThat(covering("anna@example.org")).as("of mail of no list").isEmpty();
    assertThat(covering("anna@example.org", 7, "acme.example")).contains(MANUAL);
    assertThat(covering("anna@example.org", 8, "acme.example")).isEmpty();
    assertThat(covering("ben@sub.example.net", 8, "acme.example")).contains(MANUAL);
    assertThat(covering("ben@example.net", 8, "news.acme.example")).contains(MANUAL);
    assertThat(covering("ben@example.net", 8, "notacme.example")).isEmpty();
  }

  @Test
  void suppressesUntilItExpiresAndIsProlongedByALongerOne() {
    SuppressionTarget anna = SuppressionTarget.parse("anna@example.org");
    store.add(List.of(scoped(anna, SuppressionScope.EVERYTHING, Optional.of(NOON.plusSeconds(1)))));
    assertThat(covering("anna@example.org")).contains(MANUAL);

    store.add(List.of(scoped(anna, SuppressionScope.EVERYTHING, Optional.of(NOON))));
    assertThat(covering("anna@example.org")).as("a shorter one changes nothing").isNotEmpty();

    DATABASE.execute("UPDATE suppression SET expires_at = '2026-11-24 12:00:00+00'");
    assertThat(covering("anna@example.org")).as("it expired").isEmpty();
    assertThat(store.add(List.of(suppression("anna@example.org", COMPLAINT, NOON)))).isEqualTo(1);
    assertThat(covering("anna@example.org")).contains(COMPLAINT);
    assertThat(store.find(anna).orElseThrow().suppression().expiresAt()).isEmpty();
  }

  private static Suppression scoped(
      SuppressionTarget target, SuppressionScope scope, Optional<Instant> expiresAt) {
    return new Suppression(
        target, scope, MANUAL, "test", Suppression.Evidence.NONE, "", NOON, expiresAt);
  }

  private Optional<SuppressionReason> covering(String address, long list, String domain) {
    return store
        .findCovering(
            EmailAddress.parse(address),
            new MailOrigin(Optional.of(list), Optional.of(new Domain(domain))),
            NOON)
        .map(found -> found.suppression().reason());
  }

  private List<StoredSuppression> page(
      Optional<SuppressionTarget.Kind> kind,
      Optional<SuppressionReason> reason,
      Optional<String> part) {
    return store.findPage(
        new SuppressionFilter(kind, reason, part, Optional.empty(), Optional.empty()), 0, 10);
  }

  private Optional<SuppressionReason> covering(String address) {
    return store
        .findCovering(EmailAddress.parse(address), MailOrigin.UNKNOWN, NOON)
        .map(found -> found.suppression().reason());
  }

  private static List<String> values(List<StoredSuppression> page) {
    return page.stream().map(stored -> stored.suppression().target().value()).toList();
  }

  private static Suppression suppression(String target, SuppressionReason reason, Instant at) {
    return new Suppression(SuppressionTarget.parse(target), reason, "test", "", at);
  }
}
