package io.portolan.sender.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SimulatedMailboxesTest {
  private final SimulatedMailboxes mailboxes = new SimulatedMailboxes();

  @Test
  void findsByRecipientWhateverTheCase() {
    mailboxes.store(message("Ann@One.test", "<1@x>"));
    mailboxes.store(message("ann@one.test", "<2@x>"));
    assertThat(mailboxes.of("ANN@one.test"))
        .extracting(StoredMessage::recipient)
        .containsExactly("Ann@One.test", "ann@one.test");
    assertThat(mailboxes.of("bob@one.test")).isEmpty();
    assertThat(mailboxes.messages()).isEqualTo(2);
    assertThat(mailboxes.recipients()).isEqualTo(1);
  }

  @Test
  void tellsSecondMessagesFromSecondCopies() {
    mailboxes.store(message("ann@one.test", "<1@x>"));
    mailboxes.store(message("ann@one.test", "<2@x>"));
    mailboxes.store(message("Bob@one.test", "<3@x>"));
    mailboxes.store(message("bob@one.test", "<3@x>"));
    mailboxes.store(message("bob@one.test", "<3@x>"));
    mailboxes.store(message("eve@one.test", ""));
    mailboxes.store(message("eve@one.test", ""));
    mailboxes.store(message("joe@one.test", "<3@x>"));
    assertThat(mailboxes.withMoreThanOne().toString())
        .isEqualTo("{ann@one.test=2, bob@one.test=3, eve@one.test=2}");
    assertThat(mailboxes.duplicates().toString()).isEqualTo("{bob@one.test=2}");
  }

  @Test
  void findsWhoIsMissing() {
    mailboxes.store(message("ann@one.test", "<1@x>"));
    assertThat(mailboxes.missing(List.of("ANN@one.test", "Bob@one.test", "al@one.test")))
        .containsExactly("Bob@one.test", "al@one.test");
  }

  @Test
  void findsWhatFits() {
    mailboxes.store(message("ann@one.test", "<1@x>"));
    mailboxes.store(message("bob@one.test", "<2@x>"));
    assertThat(mailboxes.matching(message -> message.content().messageId().equals("<2@x>")))
        .extracting(StoredMessage::recipient)
        .containsExactly("bob@one.test");
  }

  @Test
  void keepsTheTextOfTheFirstMessagesOnly() throws IOException {
    try (SimulatedNetwork network =
        new SimulatedNetwork(InstantSource.system(), new SimulatedMailboxes(1))) {
      network.server("mx.one.test").listen(25, SimulatedMailServer.Security.CLEAR).start();
      try (RawSmtpClient client =
          new RawSmtpClient(network.dial("mx.one.test", 25, Duration.ofSeconds(10))).greeted()) {
        client.deliver("a@client.test", "ann@one.test", "1@client.test");
        client.deliver("a@client.test", "ann@one.test", "2@client.test");
      }
      List<StoredMessage> received = network.mailboxes().of("ann@one.test");
      assertThat(received.get(0).content().text()).isPresent();
      assertThat(received.get(1).content().text()).isEmpty();
      assertThat(received.get(1).content().messageId()).isEqualTo("<2@client.test>");
      assertThat(received.get(1).content().octets()).isEqualTo(received.get(0).content().octets());
      assertThat(received.get(1).content().sha256())
          .hasSize(64)
          .isNotEqualTo(received.get(0).content().sha256());
    }
  }

  @Test
  void discardingCountsWithoutKeeping() throws IOException {
    try (SimulatedNetwork network =
        new SimulatedNetwork(InstantSource.system(), SimulatedMailboxes.discarding())) {
      network.server("mx.one.test").listen(25, SimulatedMailServer.Security.CLEAR).start();
      try (RawSmtpClient client =
          new RawSmtpClient(network.dial("mx.one.test", 25, Duration.ofSeconds(10))).greeted()) {
        client.deliver("a@client.test", "ann@one.test", "1@client.test");
        client.deliver("a@client.test", "ann@one.test", "2@client.test");
      }
      assertThat(network.mailboxes().messages()).isEqualTo(2);
      assertThat(network.mailboxes().recipients()).isZero();
      assertThat(network.statistics().messages().total()).isEqualTo(2);
    }
  }

  @Test
  void waitsForMessagesAndTellsWatchers() throws InterruptedException {
    BlockingQueue<StoredMessage> seen = new ArrayBlockingQueue<>(1);
    mailboxes.watch(seen::add);
    Thread.ofVirtual().start(() -> mailboxes.store(message("ann@one.test", "<1@x>")));
    assertThat(mailboxes.awaitMessages(1, Duration.ofSeconds(10))).isTrue();
    assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(mailboxes.of("ann@one.test").getFirst());
    assertThat(mailboxes.awaitMessages(2, Duration.ofMillis(10))).isFalse();
  }

  @Test
  void isEmptyOnceCleared() {
    mailboxes.store(message("ann@one.test", "<1@x>"));
    mailboxes.clear();
    assertThat(mailboxes.messages()).isZero();
    assertThat(mailboxes.recipients()).isZero();
    assertThat(mailboxes.of("ann@one.test")).isEmpty();
  }

  private static StoredMessage message(String recipient, String messageId) {
    return new StoredMessage(
        recipient,
        "news@client.test",
        new StoredMessage.Content(messageId, 1, "", Optional.empty()),
        new StoredMessage.Origin("mx.one.test", 25, false, ""),
        Instant.EPOCH);
  }
}
