package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.Limits;
import io.portolan.core.policy.Path;
import io.portolan.core.policy.PolicyPath;
import io.portolan.sender.simulation.ServerPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of mail when a platform distrusts one source of several. */
class LaneSourceTest extends LaneFixture {
  private static final Duration FIRST = Duration.ofMinutes(10);

  @BeforeEach
  void sendOneAfterAnother() {
    limits = new Limits(1, 100, 0);
    server()
        .on(ServerPhase.RCPT)
        .answer(554, "5.7.1", "Client host blocked using zen.spamhaus.org")
        .always();
  }

  @Test
  void closesTheWayThatIsRefusedThoughAnotherIsTaken() throws Exception {
    policyPaths =
        Optional.of(
            List.of(PolicyPath.of(RELAY_587).withShare(50), PolicyPath.of(DIRECT).withShare(50)));

    sender.send(batch(names(60)));

    assertThat(
            database.texts(
                "SELECT route || ' ' || outcome || ' ' || count(*) FROM attempt GROUP BY route,"
                    + " outcome ORDER BY 1"))
        .as("the first five, and then none")
        .containsExactly("direct deferred 5", "relay accepted 55");
    assertThat(database.texts("SELECT DISTINCT category FROM attempt WHERE route = 'direct'"))
        .containsExactly("ip-reputation");
    assertThat(states()).filteredOn("planned 1"::equals).as("waiting").hasSize(5);
    assertThat(sender.lanesHeld(LaneSender.Held.REFUSED)).isZero();
  }

  @Test
  void bouncesWhereThereIsNoOtherWay() throws Exception {
    sender.send(batch("anna"));

    assertThat(states()).containsExactly("bounced 1");
  }

  @Test
  void triesAClosedWayAgainAndClosesItForLonger() {
    LanePauses pauses = new LanePauses();
    Instant now = Instant.parse("2026-11-29T08:00:00Z");

    assertThat(refused(pauses, DIRECT, now)).isEmpty();
    assertThat(refused(pauses, RELAY_587, now)).as("another way").isEmpty();
    pauses.accepted(RELAY_465);
    assertThat(refused(pauses, RELAY_587, now)).as("taken since").isEmpty();
    assertThat(pauses.on(DIRECT, now)).isEmpty();
    assertThat(refused(pauses, DIRECT, now)).contains(now.plus(FIRST));
    assertThat(pauses.on(DIRECT, now)).isPresent();
    assertThat(refused(pauses, DIRECT, now)).as("by another worker at once").isEmpty();
    Instant later = now.plus(FIRST);
    assertThat(pauses.on(DIRECT, later)).as("no longer for it").isEmpty();
    assertThat(refused(pauses, DIRECT, later)).contains(later.plus(FIRST.multipliedBy(2)));
    pauses.accepted(DIRECT);
    assertThat(refused(pauses, DIRECT, later.plus(FIRST.multipliedBy(2)))).isEmpty();
  }

  private static Optional<Instant> refused(LanePauses pauses, Path path, Instant now) {
    return pauses.refused(path, 2, now, FIRST, "distrusted");
  }
}
