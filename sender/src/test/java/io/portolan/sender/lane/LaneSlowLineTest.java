package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Timeouts;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A line that takes 20 KB a second by the sessions' clock, which goes ten times as fast. */
class LaneSlowLineTest extends LaneFixture {
  private static final String LINE =
      "The chart of spring shows each harbour, its depths and its lights.\n";
  private static final int LINES = 14_000;
  private static final int TIMES = 10;
  private static final int OCTETS_PER_SECOND = 20_000;
  private static final int STEP_MILLIS = 50;
  private static final Duration LONG = Duration.ofMinutes(30);

  private final ScheduledExecutorService fast = Executors.newSingleThreadScheduledExecutor();
  private final List<Long> passedAtDials = new CopyOnWriteArrayList<>();
  private SlowLine line;

  @BeforeEach
  void slowDown() throws IOException {
    line = new SlowLine(TIMES * OCTETS_PER_SECOND);
    timeouts = new Timeouts(LONG, LONG, LONG, LONG, LONG, LONG);
    long more = TimeUnit.MILLISECONDS.toNanos((TIMES - 1) * STEP_MILLIS);
    var _ =
        fast.scheduleAtFixedRate(
            () -> passed.addAndGet(more), STEP_MILLIS, STEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  @AfterEach
  void end() throws IOException {
    fast.shutdownNow();
    line.close();
  }

  @Override
  Socket dial(String address, int port, Duration timeout) throws IOException {
    passedAtDials.add(line.passed());
    return line.to(super.dial(address, port, timeout));
  }

  /** Nothing of it leaves for longer than a port under suspicion is waited for. */
  @Test
  void aLargeMessageIsNotGivenUpThoughItsLineTakesNothingForSeconds() throws Exception {
    limits = new Limits(1, 20, 0);
    ClaimedBatch batch = batch("anna");

    sender.send(
        new ClaimedBatch(
            batch.id(),
            batch.campaignId(),
            batch.platform(),
            batch.epoch(),
            new CampaignContent(
                "", "news@sender.test", "", "Hello", "", LINE.repeat(LINES), MissingField.EMPTY),
            batch.inDoubt(),
            batch.origin(),
            batch.deliveries()));

    assertThat(states()).containsExactly("accepted 1");
    assertThat(passedAtDials.get(1))
        .as("when the watch dialled, who took it for silent in the midst of the text")
        .isLessThan((long) LINES * LINE.length() - 2 * SlowLine.BUFFER);
    assertThat(server().statistics().messages().total()).isEqualTo(1);
    assertThat(database.number("SELECT count(*) FROM path_failure")).isZero();
  }
}
