package io.portolan.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CampaignLifecycleTest {
  enum Step {
    SCHEDULE,
    UNSCHEDULE,
    LAUNCH,
    PAUSE,
    RESUME,
    FINISH,
    CANCEL;

    CampaignLifecycle apply(CampaignLifecycle campaign) {
      return switch (this) {
        case SCHEDULE -> campaign.schedule();
        case UNSCHEDULE -> campaign.unschedule();
        case LAUNCH -> campaign.launch();
        case PAUSE -> campaign.pause();
        case RESUME -> campaign.resume();
        case FINISH -> campaign.finish();
        case CANCEL -> campaign.cancel();
      };
    }
  }

  // the table of the class comment, written down a second time
  private static final Map<String, CampaignState> LEGAL =
      Map.ofEntries(
          Map.entry("DRAFT SCHEDULE", CampaignState.SCHEDULED),
          Map.entry("SCHEDULED UNSCHEDULE", CampaignState.DRAFT),
          Map.entry("SCHEDULED LAUNCH", CampaignState.RUNNING),
          Map.entry("RUNNING PAUSE", CampaignState.PAUSED),
          Map.entry("PAUSED RESUME", CampaignState.RUNNING),
          Map.entry("RUNNING FINISH", CampaignState.FINISHED),
          Map.entry("PAUSED FINISH", CampaignState.FINISHED),
          Map.entry("DRAFT CANCEL", CampaignState.CANCELLED),
          Map.entry("SCHEDULED CANCEL", CampaignState.CANCELLED),
          Map.entry("RUNNING CANCEL", CampaignState.CANCELLED),
          Map.entry("PAUSED CANCEL", CampaignState.CANCELLED));

  static List<Arguments> everyStateAndStep() {
    return Stream.of(CampaignState.values())
        .flatMap(state -> Stream.of(Step.values()).map(step -> Arguments.of(state, step)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("everyStateAndStep")
  void goesWhereTheTableSaysAndNowhereElse(CampaignState from, Step step) {
    CampaignLifecycle campaign = new CampaignLifecycle(7, from);
    CampaignState to = LEGAL.get(from + " " + step);

    if (to != null) {
      assertThat(step.apply(campaign)).isEqualTo(new CampaignLifecycle(7, to));
    } else {
      assertThatThrownBy(() -> step.apply(campaign))
          .isInstanceOf(ConflictException.class)
          .hasMessageStartingWith("Campaign 7 is ")
          .hasMessageContaining(" cannot be ");
    }
  }

  @Test
  void saysWhatIsLegalInsteadOfAnIllegalTransition() {
    assertThatThrownBy(() -> new CampaignLifecycle(7, CampaignState.DRAFT).pause())
        .hasMessage(
            "Campaign 7 is a draft and cannot be paused; it can be: edited, deleted, scheduled,"
                + " cancelled.");
    assertThatThrownBy(() -> new CampaignLifecycle(7, CampaignState.RUNNING).schedule())
        .hasMessage("Campaign 7 is running and cannot be scheduled; it can be: paused, cancelled.");
  }

  @ParameterizedTest
  @EnumSource(names = {"FINISHED", "CANCELLED"})
  void letsNothingHappenAfterTheEnd(CampaignState ended) {
    assertThatThrownBy(() -> new CampaignLifecycle(7, ended).resume())
        .hasMessage(
            "Campaign 7 is %s and cannot be resumed; it has ended, and nothing can be done with it"
                + " any more.",
            ended.id());
  }
}
