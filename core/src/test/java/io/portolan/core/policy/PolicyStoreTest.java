package io.portolan.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.TestClock;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PolicyStoreTest {
  private static final PolicyCheck CHECK = new PolicyCheck(isp -> true, new TestRoutes());

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private final TestClock clock = TestClock.create();
  private final PolicyStore store = new PolicyStore(postgres.database(), clock);

  @Test
  void numbersVersionsFromOneAndKeepsWhatTheyWere() {
    PolicyVersion first = store.append(policy(1), CHECK, "ada", "begin");
    PolicyVersion second = store.append(policy(2), CHECK, "bob", "more");

    assertThat(first).isEqualTo(new PolicyVersion(1, policy(1), "ada", "begin", clock.instant()));
    assertThat(second.version()).isEqualTo(2);
    assertThat(store.find(1)).hasValue(first);
    assertThat(store.find(3)).isEmpty();
    assertThat(store.list(Integer.MAX_VALUE, 1).items()).containsExactly(second);
    assertThat(store.list(2, 10).items()).containsExactly(first);
  }

  @Test
  void storesNothingThatTheCheckRefuses() {
    PortPolicy bad =
        new PortPolicy(List.of(PolicyRule.of("*", new Path("direct", 587, TlsMode.STARTTLS))));

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> store.append(bad, CHECK, "ada", ""));
    assertThat(store.list(Integer.MAX_VALUE, 10).items()).isEmpty();
  }

  @Test
  void keepsAHistoryOfWhatWasInForce() {
    store.append(policy(1), CHECK, "ada", "");
    store.append(policy(2), CHECK, "ada", "");
    assertThat(store.active()).isEmpty();

    store.activate(1, CHECK, "ada", "begin");
    store.activate(2, CHECK, "bob", "faster");
    PolicyActivation rollback = store.activate(1, CHECK, "eve", "too fast");

    assertThat(store.active()).hasValue(new PolicyStore.Active(rollback, policy(1)));
    assertThat(store.activations(Long.MAX_VALUE, 10).items())
        .extracting(PolicyActivation::version, PolicyActivation::author, PolicyActivation::note)
        .containsExactly(
            tuple(1, "eve", "too fast"), tuple(2, "bob", "faster"), tuple(1, "ada", "begin"));
  }

  @Test
  void goesBackToTheVersionBeforeAndLeavesNoOtherThanWasMeant() {
    store.append(policy(1), CHECK, "ada", "");
    store.append(policy(2), CHECK, "ada", "");
    store.activate(1, CHECK, "ada", "");
    assertThatExceptionOfType(ConflictException.class)
        .isThrownBy(() -> store.rollBack(Optional.empty(), CHECK, "ada", ""))
        .withMessage("No version was in force before version 1.");
    store.activate(2, CHECK, "ada", "");

    PolicyActivation back = store.rollBack(Optional.of(2), CHECK, "eve", "too fast");

    assertThat(back.version()).isEqualTo(1);
    assertThat(store.active()).hasValue(new PolicyStore.Active(back, policy(1)));
    assertThatExceptionOfType(ConflictException.class)
        .as("the same call again")
        .isThrownBy(() -> store.rollBack(Optional.of(2), CHECK, "eve", "too fast"))
        .withMessage("Version 1 is in force, and not version 2; nothing was rolled back.");
    assertThat(store.rollBack(Optional.empty(), CHECK, "bob", "").version()).isEqualTo(2);
  }

  @Test
  void activatesNothingThatDoesNotExistOrNoLongerWorks() {
    PortPolicy viaSes =
        new PortPolicy(List.of(PolicyRule.of("*", new Path("ses", 587, TlsMode.STARTTLS))));
    store.append(viaSes, CHECK, "ada", "");
    PolicyCheck sesIsGone = new PolicyCheck(isp -> true, name -> Optional.empty());

    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> store.activate(2, CHECK, "ada", ""));
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> store.activate(1, sesIsGone, "ada", ""));
    assertThat(store.active()).isEmpty();
  }

  @Test
  void seedsOnceHoweverManyNodesStart() throws Exception {
    int nodes = 4;
    int seeded = 0;
    try (ExecutorService executor = Executors.newFixedThreadPool(nodes)) {
      List<Future<Boolean>> starts = new ArrayList<>();
      for (int node = 0; node < nodes; node++) {
        starts.add(
            executor.submit(() -> store.seed(PolicySeed.policy(), CHECK, "portolan", "seed")));
      }
      for (Future<Boolean> start : starts) {
        seeded += start.get() ? 1 : 0;
      }
    }

    assertThat(seeded).isEqualTo(1);
    assertThat(store.activations(Long.MAX_VALUE, 10).items()).hasSize(1);
    assertThat(store.active().orElseThrow().policy()).isEqualTo(PolicySeed.policy());
  }

  @Test
  void givesConcurrentAppendsDifferentVersions() throws Exception {
    List<Integer> versions = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
      List<Future<PolicyVersion>> appends = new ArrayList<>();
      for (int i = 1; i <= 12; i++) {
        int connections = i;
        appends.add(executor.submit(() -> store.append(policy(connections), CHECK, "ada", "")));
      }
      for (Future<PolicyVersion> append : appends) {
        versions.add(append.get().version());
      }
    }

    assertThat(versions).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  }

  @Test
  void cacheTakesAnActivationOfAnotherNodeWithinHalfASecond() {
    activate(policy(1));
    ActivePolicyCache cache = new ActivePolicyCache(store, clock);
    assertThat(connections(cache)).isEqualTo(1);

    activate(policy(2));

    assertThat(connections(cache)).isEqualTo(1);
    clock.advance(Duration.ofMillis(500));
    assertThat(connections(cache)).isEqualTo(2);
    assertThat(cache.ruleFor("gmail", "gmail").version()).isEqualTo(2);
  }

  @Test
  void cacheTakesAnActivationOfItsOwnNodeAtOnce() {
    activate(policy(1));
    ActivePolicyCache cache = new ActivePolicyCache(store, clock);
    assertThat(connections(cache)).isEqualTo(1);

    activate(policy(2));
    cache.lookAgain();

    assertThat(connections(cache)).isEqualTo(2);
  }

  @Test
  void cacheReadsAtMostEveryHalfSecond() {
    activate(policy(1));
    ActivePolicyCache cache = new ActivePolicyCache(store, clock);
    connections(cache);
    postgres.execute("DROP TABLE port_policy_activation");

    assertThat(connections(cache)).isEqualTo(1);
  }

  @Test
  void cacheGoesOnWithWhatItKnowsWhileTheDatabaseIsGone() {
    activate(policy(1));
    Database other = Database.open(postgres.settings());
    ActivePolicyCache cache = new ActivePolicyCache(new PolicyStore(other, clock), clock);
    connections(cache);
    other.close();
    clock.advance(Duration.ofSeconds(1));

    assertThat(connections(cache)).isEqualTo(1);
  }

  @Test
  void cacheSaysThatNothingWasActivatedYet() {
    ActivePolicyCache cache = new ActivePolicyCache(store, clock);

    assertThatExceptionOfType(ConflictException.class)
        .isThrownBy(() -> cache.ruleFor("gmail", "gmail"))
        .withMessageContaining("active");

    activate(policy(3));
    assertThat(connections(cache)).isEqualTo(3);
  }

  @Test
  void cacheFailsIfItNeverKnewAnything() {
    Database other = Database.open(postgres.settings());
    other.close();
    ActivePolicyCache cache = new ActivePolicyCache(new PolicyStore(other, clock), clock);

    assertThatExceptionOfType(DatabaseException.class)
        .isThrownBy(() -> cache.ruleFor("gmail", "gmail"));
  }

  private void activate(PortPolicy policy) {
    int version = store.append(policy, CHECK, "ada", "").version();
    store.activate(version, CHECK, "ada", "");
  }

  private static int connections(ActivePolicyCache cache) {
    return cache.ruleFor("gmail", "gmail").limits().connections();
  }

  private static PortPolicy policy(int connections) {
    return new PortPolicy(
        List.of(
            PolicyRule.of("*", new Path("direct", 25, TlsMode.OPPORTUNISTIC))
                .withLimits(PortPolicyTest.limits(connections, 100, 0))));
  }
}
