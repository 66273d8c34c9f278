package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.isp.DomainResolver;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.relay.Relay;
import io.portolan.core.relay.RelayPort;
import io.portolan.sender.simulation.Reaction;
import io.portolan.sender.simulation.ServerPhase;
import io.portolan.sender.simulation.ServerScript;
import io.portolan.sender.simulation.SimulatedNetwork.Block;
import io.portolan.sender.simulation.StoredMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of campaigns and of relays, which people wait for. */
class TrialsTest extends LaneFixture {
  private static final CampaignContent CONTENT =
      new CampaignContent("", "news@sender.test", "", "Hello", "", "Good day.", MissingField.EMPTY);

  @Test
  void sendsTestsWithAMessageIdEachAndRecordsNothing() throws Exception {
    paths = List.of(RELAY_587, DIRECT);
    network.block("relay.test", 587, Block.REJECT);

    TestSender.Result first = test("anna@" + DOMAIN);
    TestSender.Result second = test("anna@" + DOMAIN);

    assertThat(List.of(first, second))
        .extracting(TestSender.Result::outcome)
        .containsOnly("accepted");
    assertThat(network.mailboxes().matching(_ -> true).stream().map(TrialsTest::messageId))
        .hasSize(2)
        .doesNotHaveDuplicates();
    assertThat(database.number("SELECT count(*) FROM path_failure")).isZero();
  }

  @Test
  void sendsNoTestToWhoIsSuppressed() throws Exception {
    database.execute(
        "INSERT INTO suppression (kind, value, reason, source) VALUES ('address', 'anna@isp.test', 'unsubscribe', 'test')");

    TestSender.Result result = test("anna@" + DOMAIN);

    assertThat(result.outcome()).isEqualTo("not-sent");
    assertThat(result.detail()).contains("suppressed");
    assertThat(network.mailboxes().messages()).isZero();
  }

  @Test
  void holdsASlotWhileATestIsUnderWay() throws Exception {
    CompletableFuture<Void> released = new CompletableFuture<>();
    limits = new Limits(1, 20, 0);
    ServerScript.Rule dot = server().on(ServerPhase.DOT).until(released);
    dot.always();
    CompletableFuture<TestSender.Result> result =
        CompletableFuture.supplyAsync(
            () -> test("anna@" + DOMAIN), task -> Thread.ofVirtual().start(task));
    assertThat(dot.awaitHits(1, SECOND.multipliedBy(20))).isTrue();

    assertThat(slots.tryAcquire("other/" + DOMAIN, 1)).isEmpty();

    released.complete(null);
    assertThat(result.get(20, TimeUnit.SECONDS).outcome()).isEqualTo("accepted");
  }

  @Test
  void saysThatATestForWhichNoConnectionWasFreeIsNotSent() throws Exception {
    limits = new Limits(1, 20, 0);
    try (ConnectionSlots elsewhere = new ConnectionSlots(database.database())) {
      assertThat(elsewhere.tryAcquire("other/" + DOMAIN, 1)).isPresent();

      TestSender.Result result = test("anna@" + DOMAIN, SECOND);

      assertThat(result.outcome()).isEqualTo("not-sent");
      assertThat(result.detail()).contains("connections").contains("in use");
    }
    assertThat(network.mailboxes().messages()).isZero();
  }

  @Test
  void saysThatATestIsNotSentWhileTheSessionWasStillBeingOpened() throws Exception {
    server().on(ServerPhase.BANNER).silence().always();

    TestSender.Result result = test("anna@" + DOMAIN, SECOND);

    assertThat(result.outcome()).isEqualTo("not-sent");
  }

  @Test
  void saysThatATestIsLostOnceItWasOffered() throws Exception {
    server().on(ServerPhase.DOT).silence().always();

    TestSender.Result result = test("anna@" + DOMAIN, SECOND.multipliedBy(2));

    assertThat(result.outcome()).isEqualTo("lost");
  }

  @ParameterizedTest
  @CsvSource({"CONNECT, not-sent", "DOT, lost"})
  void saysWhetherATestWasOfferedWhenTheServerStops(ServerPhase reached, String outcome)
      throws Exception {
    ServerScript.Rule rule = server().on(reached).silence();
    rule.always();
    CompletableFuture<TestSender.Result> result = new CompletableFuture<>();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    result.complete(test("anna@" + DOMAIN));
                    interrupted.complete(Thread.currentThread().isInterrupted());
                  } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                  }
                });
    assertThat(rule.awaitHits(1, SECOND.multipliedBy(20))).isTrue();

    caller.interrupt();

    assertThat(result.get(20, TimeUnit.SECONDS))
        .returns(outcome, TestSender.Result::outcome)
        .returns("this server is stopping", TestSender.Result::detail);
    assertThat(interrupted.get(20, TimeUnit.SECONDS)).as("so that no other test begins").isTrue();
  }

  @Test
  void triesThePortsOfARelayAtOnce() throws Exception {
    CompletableFuture<Void> released = new CompletableFuture<>();
    ServerScript.Rule banners = relay.on(ServerPhase.CONNECT).then(new Reaction.Until(released));
    banners.always();
    CompletableFuture<List<RelayTrial.PortResult>> results =
        CompletableFuture.supplyAsync(this::tryRelay, task -> Thread.ofVirtual().start(task));

    assertThat(banners.awaitHits(2, SECOND.multipliedBy(8))).isTrue();

    released.complete(null);
    assertThat(results.get(30, TimeUnit.SECONDS))
        .extracting(RelayTrial.PortResult::port, RelayTrial.PortResult::outcome)
        .containsExactly(tuple(587, "open"), tuple(465, "open"));
  }

  @Test
  void waitsForNoPortOfARelayLongerThanPeopleDo() throws Exception {
    relay.on(ServerPhase.CONNECT).port(587).silence().always();

    List<RelayTrial.PortResult> results =
        sender.relayTrial().tryAll(definition(), SECOND.multipliedBy(3));

    assertThat(results)
        .extracting(RelayTrial.PortResult::port, RelayTrial.PortResult::outcome)
        .containsExactly(tuple(587, "failed"), tuple(465, "open"));
    assertThat(results.getFirst().detail()).isEqualTo("no result within 3 s");
  }

  private List<RelayTrial.PortResult> tryRelay() {
    try {
      return sender.relayTrial().tryAll(definition());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Relay definition() {
    return new Relay(
        "relay",
        "relay.test",
        "user",
        "env:PASSWORD",
        List.of(new RelayPort(587, TlsMode.STARTTLS), new RelayPort(465, TlsMode.IMPLICIT)));
  }

  private TestSender.Result test(String to) {
    return test(to, SECOND.multipliedBy(60));
  }

  private TestSender.Result test(String to, Duration most) {
    DomainResolver resolver = new DomainResolver(IspDirectory.builtIn(), this::mailHosts, clock, 4);
    return sender.testSender(resolver).send(1, CONTENT, to, Map.of(), most);
  }

  private static String messageId(StoredMessage message) {
    return message
        .content()
        .text()
        .orElseThrow()
        .lines()
        .filter(line -> line.startsWith("Message-ID:"))
        .findFirst()
        .orElseThrow();
  }
}
