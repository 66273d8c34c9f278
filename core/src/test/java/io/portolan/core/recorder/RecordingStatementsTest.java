package io.portolan.core.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.database.StatementLog;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.ClaimedDelivery;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Undeliverable;
import io.portolan.core.reply.Hardness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How many statements a group of results takes: as many for 1,000 as for 10. */
class RecordingStatementsTest extends ResultRecorderFixture {
  @Test
  void takesAsManyStatementsForAThousandResultsAsForTen() throws Exception {
    ClaimedBatch batch = claimedBatch(1_010, 1);

    List<String> ten = taken(batch, batch.deliveries().subList(0, 10));
    List<String> thousand = taken(batch, batch.deliveries().subList(10, 1_010));

    assertThat(thousand).isEqualTo(ten).hasSize(10);
    assertThat(database.number("SELECT count(*) FROM delivery WHERE state = 'accepted'"))
        .isEqualTo(705);
  }

  /** Of which some bounce, and the last is just about to be offered; and a path that is closed. */
  private List<String> taken(ClaimedBatch batch, List<ClaimedDelivery> deliveries)
      throws Exception {
    try (StatementLog log = new StatementLog(database)) {
      return log.of(
          () -> {
            List<CompletableFuture<Recorded>> done = new ArrayList<>();
            try (ResultRecorder recorder = recorder(log.database(), 2_000, Duration.ofMinutes(1))) {
              recorder.record(pathFailure(batch, "closed"));
              for (ClaimedDelivery each : deliveries.subList(0, deliveries.size() - 1)) {
                done.add(recorded(recorder, batch, each));
              }
              // for which the group does not linger
              done.add(recorder.offer(batch, deliveries.getLast(), NOW.plusSeconds(3_600)));
            }
            for (CompletableFuture<Recorded> each : done) {
              assertThat(each.get(20, TimeUnit.SECONDS)).isEqualTo(Recorded.APPLIED);
            }
          });
    }
  }

  private static CompletableFuture<Recorded> recorded(
      ResultRecorder recorder, ClaimedBatch batch, ClaimedDelivery delivery) throws Exception {
    return switch ((int) (delivery.id() % 10)) {
      case 5 ->
          recorder.record(
              batch, delivery, new Bounced(attempt("550 5.1.1 no"), "bad-mailbox", Hardness.HARD));
      case 1 ->
          recorder.record(
              batch,
              delivery,
              new Bounced(attempt("552 5.2.2 full"), "mailbox-full", Hardness.SOFT));
      case 2 -> recorder.record(batch, delivery, new Undeliverable("bad-domain", "no such domain"));
      default -> recorder.record(batch, delivery, new Accepted(attempt("250 2.0.0 ok")));
    };
  }
}
