package io.portolan.core.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.delivery.DeliveryOutcome.Deferred;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.TlsMode;
import io.portolan.core.reply.Hardness;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A delivery notes the relay that took it, and no other. */
class RelayedResultTest extends ResultRecorderFixture {
  private static final Path RELAY = new Path("ses", 587, TlsMode.STARTTLS);

  @Test
  void notesTheRelayThatTookAMessage() throws Exception {
    ClaimedBatch batch = claimedBatch(4, 1);
    List<DeliveryOutcome> outcomes =
        List.of(
            new Accepted(over(RELAY, "250 ok")),
            new Accepted(over(DIRECT, "250 ok")),
            new Deferred(
                over(RELAY, "451 later"), "remote-system", NOW.plusSeconds(60), Optional.empty()),
            new Bounced(over(RELAY, "550 5.1.1 no"), "bad-mailbox", Hardness.NEITHER));
    try (ResultRecorder recorder = recorder()) {
      for (int i = 0; i < outcomes.size(); i++) {
        var _ = recorder.record(batch, batch.deliveries().get(i), outcomes.get(i));
      }
    }

    assertThat(
            database.texts(
                "SELECT state || ' ' || coalesce(relayed_by, '-') FROM delivery ORDER BY id"))
        .containsExactly("accepted ses", "accepted -", "planned -", "bounced -");
    assertThat(
            database.texts(
                "SELECT route || ' ' || outcome || ' ' || count FROM result_rollup ORDER BY route,"
                    + " outcome"))
        .as("as they were counted before")
        .containsExactly("direct accepted 1", "ses accepted 1", "ses bounced 1", "ses deferred 1");
  }

  private static Attempt over(Path path, String reply) throws Exception {
    Attempt direct = attempt(reply);
    return new Attempt(
        direct.at(),
        path,
        direct.decision(),
        direct.host(),
        direct.peer(),
        direct.usedTls(),
        direct.phase(),
        direct.reply(),
        direct.open(),
        direct.exchange());
  }
}
