package io.portolan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.batch.TestCampaigns;
import io.portolan.core.campaign.SendWindow;
import io.portolan.core.database.TestDatabase;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CampaignGatePollerTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Set<DayOfWeek> MONDAYS = EnumSet.of(DayOfWeek.MONDAY);
  private static final Set<DayOfWeek> DAILY = EnumSet.allOf(DayOfWeek.class);

  @RegisterExtension final TestDatabase database = TestDatabase.create();
  private final TestCampaigns campaigns = new TestCampaigns(database);
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final CampaignGatePoller gate = new CampaignGatePoller(database.database(), now::get);

  @Test
  void isOpenForRunningCampaignsAlone() {
    long campaign = running(Optional.empty());
    gate.refresh();
    assertThat(gate.isOpen(campaign)).isTrue();
    assertThat(gate.isOpen(campaign + 1)).isFalse();
    assertThat(gate.admission(campaign + 1)).isEqualTo(new Admission.Closed());

    campaigns.moveTo(campaign, "paused");
    gate.refresh();

    assertThat(gate.isOpen(campaign)).isFalse();
  }

  @Test
  void isClosedForGoodOnceShut() {
    long campaign = running(Optional.empty());
    gate.refresh();

    gate.shut();
    gate.refresh();

    assertThat(gate.isOpen(campaign)).isFalse();
    assertThat(gate.admission(campaign)).isEqualTo(new Admission.Closed());
  }

  @Test
  void knowsAWindowOverMidnight() {
    SendWindow night = new SendWindow(MONDAYS, LocalTime.of(22, 0), LocalTime.of(6, 0), BERLIN);
    long campaign = running(Optional.of(night));

    // the window of Monday 23 November 2026 ends on Tuesday at six
    assertThat(admissionAt(campaign, "2026-11-24T04:59:59Z")).isEqualTo(new Admission.Open());
    assertThat(gate.isOpen(campaign)).isTrue();
    assertThat(admissionAt(campaign, "2026-11-24T05:00:00Z"))
        .isEqualTo(new Admission.OutsideWindow(Instant.parse("2026-11-30T21:00:00Z")));
    assertThat(gate.isOpen(campaign)).isFalse();
    assertThat(admissionAt(campaign, "2026-11-30T21:00:00Z")).isEqualTo(new Admission.Open());
  }

  @Test
  void opensByTheLocalClockWhenSummerTimeBegins() {
    SendWindow morning = new SendWindow(DAILY, LocalTime.of(9, 0), LocalTime.of(17, 0), BERLIN);
    long campaign = running(Optional.of(morning));

    // clocks go forward on 29 March 2026: nine o'clock is 08:00Z the day before, 07:00Z that day
    assertThat(admissionAt(campaign, "2026-03-28T07:59:59Z"))
        .isEqualTo(new Admission.OutsideWindow(Instant.parse("2026-03-28T08:00:00Z")));
    assertThat(admissionAt(campaign, "2026-03-28T16:00:00Z"))
        .isEqualTo(new Admission.OutsideWindow(Instant.parse("2026-03-29T07:00:00Z")));
  }

  @Test
  void opensAfterTheHourThatSummerTimeSkips() {
    SendWindow night = new SendWindow(DAILY, LocalTime.of(2, 30), LocalTime.of(5, 0), BERLIN);
    long campaign = running(Optional.of(night));

    // 02:30 does not exist on 29 March 2026; 03:30 summer time is 01:30Z
    assertThat(admissionAt(campaign, "2026-03-29T00:30:00Z"))
        .isEqualTo(new Admission.OutsideWindow(Instant.parse("2026-03-29T01:30:00Z")));
    // and the day after it opens at 02:30 again
    assertThat(admissionAt(campaign, "2026-03-29T12:00:00Z"))
        .isEqualTo(new Admission.OutsideWindow(Instant.parse("2026-03-30T00:30:00Z")));
  }

  @Test
  void isOpenThroughTheHourThatWinterTimeRepeats() {
    SendWindow night = new SendWindow(DAILY, LocalTime.of(2, 0), LocalTime.of(3, 0), BERLIN);
    long campaign = running(Optional.of(night));

    // clocks go back on 25 October 2026 at 01:00Z: two o'clock to three happens twice
    assertThat(admissionAt(campaign, "2026-10-25T00:30:00Z")).isEqualTo(new Admission.Open());
    assertThat(admissionAt(campaign, "2026-10-25T01:30:00Z")).isEqualTo(new Admission.Open());
    assertThat(admissionAt(campaign, "2026-10-25T02:00:00Z"))
        .isInstanceOf(Admission.OutsideWindow.class);
  }

  private Admission admissionAt(long campaign, String instant) {
    now.set(Instant.parse(instant));
    gate.refresh();
    return gate.admission(campaign);
  }

  private long running(Optional<SendWindow> window) {
    long campaign = campaigns.scheduled(campaigns.list(), Instant.EPOCH, window);
    campaigns.moveTo(campaign, "running");
    return campaign;
  }
}
