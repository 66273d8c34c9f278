package io.portolan.metrics.guardrail;

import io.portolan.core.campaign.CampaignGuards;
import io.portolan.core.campaign.GuardLimits;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The tests that are made, by guard; a guard that is missing is off.
 *
 * @param underWay messages of a campaign to an ISP that may be under way on a node while it is not
 *     known how they fare
 */
public record GuardSettings(Map<Guard, SequentialTest> tests, int underWay) {
  /** What is in force unless somebody says otherwise. */
  public static final GuardSettings DEFAULT =
      new GuardSettings(
          Map.of(
              Guard.HARD_BOUNCE, new SequentialTest(0.02, 0.10, 0.001, 0.01),
              Guard.BLOCK, new SequentialTest(0.02, 0.15, 0.001, 0.01),
              Guard.COMPLAINT, new SequentialTest(0.001, 0.003, 0.01, 0.05)),
          50);

  public GuardSettings {
    tests = tests.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(tests));
    if (underWay < 1) {
      throw new IllegalArgumentException("under way is less than 1: " + underWay);
    }
  }

  /** The same with other limits, and the same chances of error, for a guard. */
  public GuardSettings with(Guard guard, GuardLimits limits) {
    Map<Guard, SequentialTest> changed = new EnumMap<>(Guard.class);
    changed.putAll(tests);
    changed.remove(guard);
    if (!limits.isOff()) {
      SequentialTest usual = Objects.requireNonNull(DEFAULT.tests.get(guard));
      changed.put(
          guard,
          new SequentialTest(
              limits.usual(), limits.tooMany(), usual.falseAlarms(), usual.missed()));
    }
    return new GuardSettings(changed, underWay);
  }

  /** The same with what a campaign says for itself. */
  GuardSettings of(CampaignGuards campaign) {
    GuardSettings own = this;
    for (Map.Entry<Guard, Optional<String>> each :
        Map.of(Guard.HARD_BOUNCE, campaign.hardBounce(), Guard.BLOCK, campaign.block())
            .entrySet()) {
      Optional<GuardLimits> limits = each.getValue().flatMap(GuardLimits::parse);
      if (limits.isPresent()) {
        own = own.with(each.getKey(), limits.get());
      }
    }
    return own;
  }

  Optional<SequentialTest> test(Guard guard) {
    return Optional.ofNullable(tests.get(guard));
  }
}
