package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompiledCampaignsTest {
  private static CampaignMessage message(int characters) {
    return composer().campaign(1, content("Hi", "", "x".repeat(characters)));
  }

  @Test
  void keepsTheHundredThatWereLastAskedFor() {
    CompiledCampaigns campaigns = new CompiledCampaigns(Long.MAX_VALUE);
    CampaignMessage message = message(10);
    for (long id = 0; id < 100; id++) {
      campaigns.keep(id, message);
    }
    assertThat(campaigns.find(0)).contains(message);

    campaigns.keep(100, message);

    assertThat(campaigns.kept()).hasSize(100).contains(0L, 100L).doesNotContain(1L);
  }

  @Test
  void keepsAsManyAsThereIsRoomForAndAlwaysTheLast() {
    CampaignMessage large = message(10_000);
    CampaignMessage small = message(1_000);
    CompiledCampaigns campaigns = new CompiledCampaigns(large.octets() + 2 * small.octets());
    campaigns.keep(1, small);
    campaigns.keep(2, small);
    campaigns.keep(3, large);
    assertThat(campaigns.kept()).containsExactly(1L, 2L, 3L);

    campaigns.keep(4, small);
    assertThat(campaigns.kept()).containsExactly(2L, 3L, 4L);

    campaigns.keep(5, message(100_000));
    assertThat(campaigns.kept()).containsExactly(5L);
  }

  /** A batch that has it under way would have it twice in memory if it were compiled anew. */
  @Test
  void findsWhatIsUsedThoughItIsNotKept() {
    CampaignMessage used = message(1_000);
    CompiledCampaigns campaigns = new CompiledCampaigns(0);
    campaigns.keep(1, used);
    campaigns.keep(2, message(10));

    assertThat(campaigns.kept()).containsExactly(2L);
    assertThat(campaigns.find(1)).containsSame(used);
    assertThat(campaigns.find(3)).isEmpty();
  }

  @Test
  void countsTagsAsWellAsText() {
    CampaignMessage plain = message(8 * 100);
    CampaignMessage merged = composer().campaign(1, content("Hi", "", "{{name}}".repeat(100)));

    assertThat(merged.octets()).isGreaterThan(5 * plain.octets());
  }
}
