package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.campaign.SendWindow;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Send windows on running nodes. */
class SendWindowTest {
  private static final ZoneId ZONE = ZoneId.of("America/New_York");
  private static final Set<DayOfWeek> DAILY = EnumSet.allOf(DayOfWeek.class);

  @RegisterExtension final SchedulerFixture fixture = new SchedulerFixture();

  @Test
  void sendsNothingBeforeTheWindowOpens() throws InterruptedException {
    TestNode node = fixture.startNode();
    ZonedDateTime opens = ZonedDateTime.now(ZONE).truncatedTo(ChronoUnit.SECONDS).plusSeconds(3);
    LocalTime from = opens.toLocalTime();
    long campaign = fixture.draft(10, new SendWindow(DAILY, from, from.plusHours(1), ZONE));

    node.scheduler().scheduleNow(campaign);

    assertThat(node.sender().nextOffered().at()).isAfterOrEqualTo(opens.toInstant());
    fixture.awaitState(campaign, "finished");
  }

  @Test
  void stopsARunningBatchWhenTheWindowCloses() throws InterruptedException {
    TestNode node = fixture.startNode();
    ZonedDateTime closes = ZonedDateTime.now(ZONE).truncatedTo(ChronoUnit.SECONDS).plusSeconds(4);
    LocalTime until = closes.toLocalTime();
    long campaign = fixture.draft(10, new SendWindow(DAILY, until.minusHours(1), until, ZONE));
    node.sender()
        .follow(
            (batch, delivery) -> {
              if (!delivery.address().startsWith("User1@")) {
                Eventually.holds(
                    "the gate is closed", () -> !node.gate().isOpen(batch.campaignId()));
              }
              return node.sender().accepted();
            });

    node.scheduler().scheduleNow(campaign);

    Eventually.holds(
        "the batch waits for the next opening",
        () ->
            fixture
                .database()
                .texts(
                    "SELECT next_fire_time FROM qrtz_triggers WHERE trigger_group = ? AND trigger_state = 'WAITING'",
                    Long.toString(campaign))
                .contains(opening(closes)));
    assertThat(fixture.campaigns().deliveries(campaign, "accepted")).isEqualTo(2);
    assertThat(fixture.state(campaign)).isEqualTo("running");
    assertThat(fixture.database().texts("SELECT state || ' ' || size FROM batch"))
        .containsExactly("queued 8");
  }

  private static String opening(ZonedDateTime closed) {
    Instant next =
        ZonedDateTime.of(closed.toLocalDate().plusDays(1), closed.toLocalTime().minusHours(1), ZONE)
            .toInstant();
    return Long.toString(next.toEpochMilli());
  }
}
