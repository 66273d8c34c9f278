package io.portolan.core.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.database.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ApiKeyStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final ApiKeyStore keys = new ApiKeyStore(postgres.database(), InstantSource.fixed(NOW));

  @BeforeEach
  void removeKeys() {
    postgres.execute("DELETE FROM api_key");
  }

  @Test
  void knowsAKeyByItsSecret() {
    ApiKey.Created created = keys.create("ci", Role.OPERATE);

    assertThat(created.secret()).matches("ptl_[A-Za-z0-9_-]{43}");
    assertThat(created.key().createdAt()).isEqualTo(NOW);
    assertThat(keys.authenticate(created.secret())).hasValue(created.key());
    assertThat(created.key().role()).isEqualTo(Role.OPERATE);
  }

  @Test
  void makesADifferentSecretEachTime() {
    assertThat(keys.create("one", Role.READ).secret())
        .isNotEqualTo(keys.create("two", Role.READ).secret());
  }

  @Test
  void storesAndShowsNoSecret() {
    ApiKey.Created created = keys.create("hidden", Role.ADMIN);

    assertThat(postgres.texts("SELECT to_jsonb(k)::text FROM api_key k"))
        .noneMatch(row -> row.contains(created.secret()));
    assertThat(created.toString()).doesNotContain(created.secret());
  }

  @Test
  void refusesWhatIsNoKeyOfIts() {
    String secret = keys.create("real", Role.ADMIN).secret();

    assertThat(keys.authenticate("")).isEmpty();
    assertThat(keys.authenticate("ptl_")).isEmpty();
    assertThat(keys.authenticate(secret.substring(0, secret.length() - 1) + "!")).isEmpty();
    assertThat(keys.authenticate(secret + "x")).isEmpty();
    assertThat(keys.authenticate(secret.replace("ptl_", "PTL_"))).isEmpty();
  }

  @Test
  void takesARevokedKeysPower() {
    ApiKey.Created created = keys.create("gone", Role.ADMIN);

    ApiKey revoked = keys.revoke(created.key().id());

    assertThat(revoked.revokedAt()).hasValue(NOW);
    assertThat(keys.authenticate(created.secret())).isEmpty();
    assertThat(keys.list()).containsExactly(revoked);
    assertThatThrownBy(() -> keys.revoke(-1)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void keepsTheTimeOfTheFirstRevocation() {
    long id = keys.create("twice", Role.READ).key().id();
    keys.revoke(id);
    ApiKeyStore later =
        new ApiKeyStore(postgres.database(), InstantSource.fixed(NOW.plusSeconds(60)));

    assertThat(later.revoke(id).revokedAt()).hasValue(NOW);
  }

  @Test
  void refusesASecondKeyOfOneName() {
    keys.create("same", Role.READ);

    assertThatThrownBy(() -> keys.create("same", Role.ADMIN))
        .isInstanceOf(ConflictException.class)
        .hasMessage("There is an API key named \"same\" already.");
    assertThatThrownBy(() -> keys.create("two\nlines", Role.ADMIN))
        .isInstanceOf(InvalidException.class);
  }

  @Test
  void makesTheFirstKeyOnceHoweverManyNodesStartTogether() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<Optional<ApiKey.Created>>> nodes = new ArrayList<>();
    List<ApiKey.Created> made = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int node = 0; node < 6; node++) {
        nodes.add(
            threads.submit(
                () -> {
                  start.await();
                  return keys.createFirst();
                }));
      }
      start.countDown();
      for (Future<Optional<ApiKey.Created>> node : nodes) {
        node.get().ifPresent(made::add);
      }
    }

    assertThat(made).hasSize(1);
    assertThat(made.getFirst().key().role()).isEqualTo(Role.ADMIN);
    assertThat(keys.authenticate(made.getFirst().secret())).isPresent();
    assertThat(keys.createFirst()).isEmpty();
  }

  @Test
  void makesNoFirstKeyAfterOneWasRevoked() {
    keys.revoke(keys.create("lost", Role.ADMIN).key().id());

    assertThat(keys.createFirst()).isEmpty();
  }

  @Test
  void letsARoleDoWhatThoseBelowItMay() {
    assertThat(Role.ADMIN.covers(Role.READ)).isTrue();
    assertThat(Role.OPERATE.covers(Role.OPERATE)).isTrue();
    assertThat(Role.READ.covers(Role.OPERATE)).isFalse();
    assertThat(Role.of("operate")).hasValue(Role.OPERATE);
    assertThat(Role.of("root")).isEmpty();
  }
}
