package io.portolan.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.TestClock;
import io.portolan.core.database.Database;
import io.portolan.core.database.Hold;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyActivation;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicyRule;
import io.portolan.core.policy.PolicyStore;
import io.portolan.core.policy.PortPolicy;
import io.portolan.core.policy.TlsMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RelayStoreTest {
  private static final RelayPort SUBMISSION = new RelayPort(587, TlsMode.STARTTLS);
  private static final RelayPort SUBMISSIONS = new RelayPort(465, TlsMode.IMPLICIT);

  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private final TestClock clock = TestClock.create();
  private final RelayStore relays = new RelayStore(postgres.database(), clock);

  @Test
  void keepsWhatItWasGiven() {
    Relay relay = relay("ses", SUBMISSION, SUBMISSIONS);

    relays.create(relay);

    assertThat(relays.list()).containsExactly(new StoredRelay(relay, false, clock.instant()));
    assertThat(relays.find("ses")).hasValue(relay);
    assertThat(relays.find("other")).isEmpty();
  }

  @Test
  void seesItsOwnChangesAtOnceAndOthersWithinHalfASecond() {
    RelayStore otherNode = new RelayStore(postgres.database(), clock);
    assertThat(otherNode.find("ses")).isEmpty();
    assertThat(relays.find("ses")).isEmpty();

    relays.create(relay("ses", SUBMISSION));

    assertThat(relays.find("ses")).isPresent();
    assertThat(otherNode.find("ses")).isEmpty();
    clock.advance(Duration.ofMillis(500));
    assertThat(otherNode.find("ses")).isPresent();
  }

  @Test
  void goesOnWithWhatItKnowsWhileTheDatabaseIsGone() {
    relays.create(relay("ses", SUBMISSION));
    Database gone = Database.open(postgres.settings());
    RelayStore otherNode = new RelayStore(gone, clock);
    otherNode.find("ses");
    gone.close();
    clock.advance(Duration.ofSeconds(1));

    assertThat(otherNode.find("ses")).isPresent();
  }

  @Test
  void refusesASecondRelayOfTheSameName() {
    relays.create(relay("ses", SUBMISSION));

    assertThatExceptionOfType(ConflictException.class)
        .isThrownBy(() -> relays.create(relay("ses", SUBMISSIONS)));
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> relays.create(relay("direct", SUBMISSION)));
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> relays.replace(relay("none", SUBMISSION)));
    assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> relays.delete("none"));
  }

  @Test
  void keepsWhatTheActivePolicyUses() {
    relays.create(relay("ses", SUBMISSION, SUBMISSIONS));
    activate(new Path("ses", 587, TlsMode.STARTTLS));

    assertThatExceptionOfType(ConflictException.class)
        .isThrownBy(() -> relays.delete("ses"))
        .withMessageContaining("version 1")
        .withMessageContaining("ses:587")
        .withMessageContaining("row *");
    assertThatExceptionOfType(ConflictException.class)
        .isThrownBy(() -> relays.replace(relay("ses", SUBMISSIONS)));
    assertThat(relays.replace(relay("ses", SUBMISSION)).relay().ports())
        .containsExactly(SUBMISSION);

    activate(new Path("direct", 25, TlsMode.OPPORTUNISTIC));
    relays.delete("ses");
    assertThat(relays.list()).isEmpty();
  }

  @Test
  void activatesNoPolicyWhoseRelayIsDeletedWhileItWaits() throws Exception {
    relays.create(relay("ses", SUBMISSION));
    PolicyStore policies = new PolicyStore(postgres.database(), clock);
    PolicyCheck check = new PolicyCheck(isp -> true, relays);
    PortPolicy viaSes =
        new PortPolicy(List.of(PolicyRule.of("*", new Path("ses", 587, TlsMode.STARTTLS))));
    policies.append(viaSes, check, "ada", "");
    CompletableFuture<PolicyActivation> activation;
    CompletableFuture<Boolean> seed;
    try (Hold hold = Hold.of(postgres, "hashtext('portolan.routes')")) {
      activation = hold.stops(1, () -> policies.activate(1, check, "ada", ""));
      seed = hold.stops(2, () -> policies.seed(viaSes, check, "ada", ""));
      postgres.execute("DELETE FROM relay");
    }

    assertThat(activation)
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withCauseInstanceOf(InvalidException.class);
    assertThat(seed)
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withCauseInstanceOf(InvalidException.class);
    assertThat(policies.active()).isEmpty();
  }

  @Test
  void followsTheConfiguration() {
    relays.create(relay("ses", SUBMISSIONS));
    relays.create(relay("mine", SUBMISSION));

    relays.configure(List.of(relay("ses", SUBMISSION), relay("postmark", SUBMISSION)));

    assertThat(relays.list())
        .extracting(stored -> stored.relay().name() + " " + stored.isConfigured())
        .containsExactly("mine false", "postmark true", "ses true");
    assertThat(relays.find("ses")).hasValue(relay("ses", SUBMISSION));
    assertThatExceptionOfType(ConflictException.class)
        .isThrownBy(() -> relays.delete("ses"))
        .withMessageContaining("configuration");
    assertThatExceptionOfType(ConflictException.class)
        .isThrownBy(() -> relays.replace(relay("ses", SUBMISSIONS)));

    relays.configure(List.of(relay("postmark", SUBMISSION)));
    assertThat(relays.list())
        .extracting(stored -> stored.relay().name())
        .containsExactly("mine", "postmark");
  }

  @Test
  void leavesTheTimeOfAnUnchangedConfiguredRelay() {
    relays.configure(List.of(relay("ses", SUBMISSION)));
    Instant configuredAt = clock.instant();
    clock.advance(Duration.ofHours(1));

    relays.configure(List.of(relay("ses", SUBMISSION)));

    assertThat(relays.get("ses").updatedAt()).isEqualTo(configuredAt);
  }

  @Test
  void appliesAConfigurationAsAWholeOrNotAtAll() {
    relays.configure(List.of(relay("ses", SUBMISSION)));
    activate(new Path("ses", 587, TlsMode.STARTTLS));

    assertThatExceptionOfType(ConflictException.class)
        .isThrownBy(() -> relays.configure(List.of(relay("postmark", SUBMISSION))));
    assertThat(relays.list()).extracting(stored -> stored.relay().name()).containsExactly("ses");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(
            () -> relays.configure(List.of(relay("ses", SUBMISSION), relay("ses", SUBMISSION))));
  }

  private void activate(Path path) {
    PolicyStore policies = new PolicyStore(postgres.database(), clock);
    PolicyCheck check = new PolicyCheck(isp -> true, relays);
    PortPolicy policy = new PortPolicy(List.of(PolicyRule.of("*", path)));
    policies.activate(policies.append(policy, check, "ada", "").version(), check, "ada", "");
  }

  private static Relay relay(String name, RelayPort... ports) {
    return new Relay(name, "mail.relay.example", "user", "env:PASSWORD", List.of(ports));
  }
}
