package io.portolan.metrics.guardrail;

import java.util.EnumMap;
import java.util.Map;
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

  Optional<SequentialTest> test(Guard guard) {
    return Optional.ofNullable(tests.get(guard));
  }
}
