package io.portolan.core.dnshealth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.TestClock;
import io.portolan.core.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DnsHealthStoreTest {
  @RegisterExtension final TestDatabase postgres = TestDatabase.create();

  private final Instant now = TestClock.create().instant();
  private final DnsHealthStore store = new DnsHealthStore(postgres.database(), "here");

  @Test
  void givesEachRoundThatIsDueToOneNode() {
    assertThat(store.claimDue(now, now.plusSeconds(60), "a")).isTrue();
    assertThat(store.claimDue(now, now.plusSeconds(60), "b")).as("under way").isFalse();
    assertThat(store.claim(now, now.plusSeconds(60), "b")).as("asked for, too").isFalse();

    store.release(now.plusSeconds(5), now.plusSeconds(3600), "a");

    assertThat(store.claimDue(now.plusSeconds(6), now.plusSeconds(66), "b")).isFalse();
    assertThat(store.claim(now.plusSeconds(6), now.plusSeconds(66), "b")).isTrue();
    store.release(now.plusSeconds(7), "b");
    assertThat(store.claimDue(now.plusSeconds(3600), now.plusSeconds(3660), "b")).isTrue();
    assertThat(store.claimDue(now.plusSeconds(3660), now.plusSeconds(3720), "c"))
        .as("b never came back")
        .isTrue();
    store.release(now.plusSeconds(3670), now.plusSeconds(9000), "b");
    assertThat(store.claim(now.plusSeconds(3671), now.plusSeconds(3731), "d"))
        .as("who lost the round does not end the heir's")
        .isFalse();
  }

  @Test
  void keepsTheLatestAndEachChangeOfWhatIsKnown() {
    record(DnsStatus.OK, now);
    record(DnsStatus.UNKNOWN, now.plusSeconds(1));
    record(DnsStatus.OK, now.plusSeconds(2));
    record(DnsStatus.ERROR, now.plusSeconds(3));
    record(DnsStatus.UNKNOWN, now.plusSeconds(4));

    assertThat(store.changes(DnsHealthStore.Filter.ALL, Long.MAX_VALUE, 10).items())
        .extracting(FindingChange::from, change -> change.finding().status())
        .containsExactly(
            tuple(DnsStatus.OK, DnsStatus.ERROR), tuple(DnsStatus.UNKNOWN, DnsStatus.OK));
    assertThat(store.latest(DnsHealthStore.Filter.ALL))
        .singleElement()
        .satisfies(
            stored -> {
              assertThat(stored.finding().status()).isEqualTo(DnsStatus.UNKNOWN);
              assertThat(stored.known()).isEqualTo(DnsStatus.ERROR);
              assertThat(stored.since()).isEqualTo(now.plusSeconds(3));
              assertThat(stored.checkedAt()).isEqualTo(now.plusSeconds(4));
            });
  }

  @Test
  void tellsOfErrorsAndOfTheirEndAlone() {
    assertThat(record(DnsStatus.OK, now)).noneMatch(FindingChange::isAlert);
    assertThat(record(DnsStatus.WARNING, now)).noneMatch(FindingChange::isAlert);
    assertThat(record(DnsStatus.ERROR, now)).allMatch(FindingChange::isAlert).hasSize(1);
    assertThat(record(DnsStatus.ERROR, now)).isEmpty();
    assertThat(record(DnsStatus.UNKNOWN, now)).isEmpty();
    assertThat(record(DnsStatus.WARNING, now)).allMatch(FindingChange::isAlert).hasSize(1);
  }

  @Test
  void filtersForgetsAndKnowsNothingOfOtherNetworks() {
    record(DnsStatus.OK, now);
    store.record(List.of(finding("other.test", DnsStatus.ERROR)), now.plusSeconds(90), "n");

    assertThat(latest(Optional.of("other.test"), Optional.empty())).containsExactly("other.test");
    assertThat(latest(Optional.empty(), Optional.of(DnsStatus.OK))).containsExactly("shop.test");
    assertThat(new DnsHealthStore(postgres.database(), "there").latest(DnsHealthStore.Filter.ALL))
        .isEmpty();

    store.forgetUnchecked(now.plusSeconds(91), Duration.ofSeconds(60));
    assertThat(latest(Optional.empty(), Optional.empty())).containsExactly("other.test");
    store.expire(now.plusSeconds(60));
    assertThat(store.changes(DnsHealthStore.Filter.ALL, Long.MAX_VALUE, 10).items())
        .extracting(change -> change.finding().subject())
        .containsExactly("other.test");
  }

  @Test
  void knowsTheDomainsThatCampaignsSendFrom() {
    postgres.execute(
        """
        INSERT INTO campaign (name, content, ended_at) VALUES
          ('a', '{"fromAddress": "news@Shop.test"}', NULL),
          ('b', '{"fromAddress": "us@shop.test"}', '2026-11-20T00:00:00Z'),
          ('c', '{"fromAddress": "us@old.test"}', '2026-01-01T00:00:00Z'),
          ('d', '{"fromAddress": ""}', NULL)
        """);

    assertThat(store.sendingDomains(now.minus(Duration.ofDays(30)))).containsExactly("shop.test");
  }

  @Test
  void keepsOfWhatStrangersPublishOneLineThatATableTakes() {
    DnsFinding finding =
        new DnsFinding(
            "shop.test", DnsCheck.SPF, DnsStatus.ERROR, "a\u0000\n" + "x".repeat(9_000), "", "");

    store.record(List.of(finding), now, "n");

    assertThat(store.latest(DnsHealthStore.Filter.ALL).getFirst().finding().seen())
        .hasSize(1_000)
        .startsWith("a  x");
  }

  private List<FindingChange> record(DnsStatus status, Instant at) {
    return store.record(List.of(finding("shop.test", status)), at, "n");
  }

  private static DnsFinding finding(String subject, DnsStatus status) {
    return new DnsFinding(subject, DnsCheck.SPF, status, "v=spf1 -all", "means", "do");
  }

  private List<String> latest(Optional<String> subject, Optional<DnsStatus> status) {
    return store.latest(new DnsHealthStore.Filter(subject, status)).stream()
        .map(stored -> stored.finding().subject())
        .toList();
  }
}
