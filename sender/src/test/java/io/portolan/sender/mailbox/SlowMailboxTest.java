package io.portolan.sender.mailbox;

import static io.portolan.sender.mailbox.BreakingServer.MOST_DRIPS;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.mailbox.Mailbox.Done;
import io.portolan.sender.mailbox.Mailbox.Protocol;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that are never silent for long enough to be given up, and never done. */
class SlowMailboxTest extends BrokenMailboxFixture {
  @ParameterizedTest
  @CsvSource({
    "IMAP, true, LOGIN .*",
    "IMAP, true, FETCH .*",
    "IMAP, false, CAPABILITY",
    "POP3, true, RETR .*"
  })
  void endsASessionWhoseServerDrips(Protocol protocol, boolean isImplicitTls, String command)
      throws Exception {
    deliver("one");
    MailboxPoll poll = poll(protocol, new Done.Delete(), isImplicitTls, inbox);
    broken()
        .answering(
            said ->
                said.matches(command) || (command.startsWith("LOGIN") && said.startsWith("AUTH"))
                    ? BreakingServer.DRIP
                    : BreakingServer.ASK);

    assertEndedInTime(poll);
    assertThat(slots.tryAcquire("mailbox bounces", 1))
        .as("another node may go on")
        .hasValueSatisfying(slot -> slot.close());
    assertThat(watch.connections()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"IMAP", "POP3"})
  void endsASessionWhoseServerDripsItsHandshakeAndDialsNoOther(Protocol protocol) throws Exception {
    MailboxPoll poll = poll(protocol, new Done.Delete());
    broken().drippingHandshakes();

    assertEndedInTime(poll);
    assertThat(broken().connections()).isOne();
  }

  @ParameterizedTest
  @CsvSource({"IMAP", "POP3"})
  void leavesTheRestToTheNextPollInTimeToPutAwayWhatWasTaken(Protocol protocol) throws Exception {
    List.of("one", "two", "three").forEach(this::delivered);
    MailboxPoll poll =
        poll(
            protocol,
            new Done.Delete(),
            true,
            arrival -> {
              nanos.addAndGet(Duration.ofMinutes(6).toNanos());
              return inbox.take(arrival);
            });

    assertThat(poll.poll()).as("the next follows at once").isZero();
    assertThat(inbox.arrivals()).hasSize(2);
    assertThat(folder().getMessageCount()).isEqualTo(1);

    assertThat(poll.poll()).isEqualTo(INTERVAL);
    assertThat(inbox.arrivals()).hasSize(3);
    assertThat(folder().getMessageCount()).isZero();
    assertThat(stored().trouble()).isEmpty();
    assertThat(watch.connections()).as("nothing is watched that is done").isZero();
  }

  private void assertEndedInTime(MailboxPoll poll) {
    AtomicInteger drips = new AtomicInteger();
    broken()
        .dripping(
            () -> {
              // each byte comes in time for a read
              nanos.addAndGet(Duration.ofSeconds(29).toNanos());
              drips.incrementAndGet();
            });

    poll.poll();

    assertThat(stored().trouble()).contains("took longer than 900 s and was ended");
    assertThat(stored().failures()).isEqualTo(1);
    assertThat(drips.get()).as("the server had not come to an end").isLessThan(MOST_DRIPS);
  }
}
