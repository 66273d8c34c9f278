package io.portolan.api.configuration;

import io.portolan.core.campaign.GuardLimits;
import io.portolan.core.suppression.SoftBounceRule;
import io.portolan.metrics.guardrail.Guard;
import io.portolan.metrics.guardrail.GuardSettings;
import java.time.Duration;
import java.util.List;

/**
 * When mail that fares badly is stopped, and when soft bounces suppress.
 *
 * @param guards of campaigns that say nothing for themselves
 */
public record GuardsConfiguration(GuardSettings guards, SoftBounceRule softBounces) {
  private static final Setting HARD_BOUNCE =
      new Setting(
          "guards.hard-bounce",
          "2% to 10%",
          "Hard bounces of a campaign at an ISP: the share that is usual, and the one that is too"
              + " many; off: nothing is stopped for them. A campaign may set its own.");
  private static final Setting BLOCK =
      new Setting(
          "guards.block",
          "2% to 15%",
          "The same for refusals for reputation, and as spam for good, of all attempts. A campaign"
              + " may set its own.");
  private static final Setting COMPLAINT =
      new Setting(
          "guards.complaint",
          "0.1% to 0.3%",
          "The same for complaints of a sending domain within a week, at each ISP, and of each"
              + " campaign.");
  private static final Setting UNDER_WAY =
      new Setting(
          "guards.under-way",
          "50",
          "Messages of a campaign to an ISP that may be under way on a node while it is not known"
              + " how they fare.");
  private static final Setting BOUNCES =
      new Setting(
          "soft-bounces.bounces",
          "3",
          "Soft bounces in a row that suppress an address, counted by delivery.");
  private static final Setting OVER =
      new Setting(
          "soft-bounces.over", "15d", "From the first of them to the last at least; 0s for any.");
  private static final Setting MEMORY =
      new Setting(
          "soft-bounces.memory",
          "180d",
          "After which a count without a further bounce is forgotten.");
  private static final Setting LAPSE =
      new Setting("soft-bounces.lapse", "90d", "For how long the address is suppressed then.");

  /** The keys, in the order of the reference. */
  static final List<Setting> SETTINGS =
      List.of(HARD_BOUNCE, BLOCK, COMPLAINT, UNDER_WAY, BOUNCES, OVER, MEMORY, LAPSE);

  static GuardsConfiguration of(Values values) {
    Duration over = values.text(OVER).equals("0s") ? Duration.ZERO : values.duration(OVER);
    Duration memory = values.duration(MEMORY);
    if (memory.compareTo(over) < 0) {
      throw new ConfigurationException(
          "soft-bounces.memory: "
              + values.text(MEMORY)
              + " is shorter than soft-bounces.over, "
              + values.text(OVER)
              + ", so that no count would ever be reached.");
    }
    return new GuardsConfiguration(
        new GuardSettings(GuardSettings.DEFAULT.tests(), values.number(UNDER_WAY, 1, 100_000))
            .with(Guard.HARD_BOUNCE, limits(values, HARD_BOUNCE))
            .with(Guard.BLOCK, limits(values, BLOCK))
            .with(Guard.COMPLAINT, limits(values, COMPLAINT)),
        new SoftBounceRule(values.number(BOUNCES, 1, 1_000), over, memory, values.duration(LAPSE)));
  }

  private static GuardLimits limits(Values values, Setting setting) {
    return values.parsed(setting, GuardLimits.EXPECTED + " is expected", GuardLimits::parse);
  }
}
