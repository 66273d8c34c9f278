package io.portolan.core.suppression;

import static io.portolan.core.suppression.SuppressionReason.COMPLAINT;
import static io.portolan.core.suppression.SuppressionReason.HARD_BOUNCE;
import static io.portolan.core.suppression.SuppressionReason.IMPORT;
import static io.portolan.core.suppression.SuppressionReason.MANUAL;
import static io.portolan.core.suppression.SuppressionReason.UNSUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
    DATABASE.execute("TRUNCATE suppression");
  }

  @Test
  void keepsTheFirstReason() {
    Suppression first = suppression("Anna@Example.org", UNSUBSCRIBE, NOON);
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

    assertThat(store.remove(SuppressionTarget.parse("ANNA@EXAMPLE.ORG"))).isTrue();
    assertThat(store.remove(SuppressionTarget.parse("anna@example.org"))).isFalse();
    assertThat(store.remove(id)).isTrue();
    assertThat(store.remove(id)).isFalse();
    assertThat(store.find(id)).isEmpty();
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
        .containsExactly("hard-bounce", "complaint", "unsubscribe", "manual", "import");
    assertThat(SuppressionReason.values())
        .allSatisfy(reason -> assertThat(SuppressionReason.of(reason.id())).contains(reason));
    assertThat(SuppressionReason.of("whim")).isEmpty();
  }

  private List<StoredSuppression> page(
      Optional<SuppressionTarget.Kind> kind,
      Optional<SuppressionReason> reason,
      Optional<String> part) {
    return store.findPage(new SuppressionFilter(kind, reason, part), 0, 10);
  }

  private Optional<SuppressionReason> covering(String address) {
    return store
        .findCovering(EmailAddress.parse(address))
        .map(found -> found.suppression().reason());
  }

  private static List<String> values(List<StoredSuppression> page) {
    return page.stream().map(stored -> stored.suppression().target().value()).toList();
  }

  private static Suppression suppression(String target, SuppressionReason reason, Instant at) {
    return new Suppression(SuppressionTarget.parse(target), reason, "test", "", at);
  }
}
