package io.portolan.core.pace;

import io.portolan.core.policy.PolicyPath.Cap;
import io.portolan.core.policy.PolicyPath.Span;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a source that platforms do not know yet is made known to them: day by day it takes more of
 * each platform's mail.
 *
 * @param since the first day, UTC
 * @param steps the most messages to one platform, for one day of sending after another; in hours or
 *     in days, all alike. After the last step the source is warm
 * @param firstStep that of the first day of sending, from 0; above 0 where the source was warmed up
 *     elsewhere before
 */
public record WarmUp(LocalDate since, List<Cap> steps, int firstStep) {
  public WarmUp {
    steps = List.copyOf(steps);
    problem(steps)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException("the steps " + problem);
            });
    if (firstStep < 0 || firstStep >= steps.size()) {
      throw new IllegalArgumentException("there is no step " + firstStep + " of " + steps.size());
    }
  }

  /** A warm-up of a source that nobody knows yet. */
  public WarmUp(LocalDate since, List<Cap> steps) {
    this(since, steps, 0);
  }

  /** The schemes that have a name. */
  public enum Scheme {
    /** SendGrid's automated warm-up of an address, by the hour. */
    SENDGRID(
        Span.HOUR, 20, 28, 39, 55, 77, 108, 151, 211, 295, 413, 579, 810, 1_000, 1_587, 2_222,
        3_111, 4_356, 6_098, 8_583, 11_953, 16_734, 23_427, 32_798, 45_917, 64_284, 89_998),
    /** What the guides of mail services have in common, by the day. */
    CLASSIC(
        Span.DAY, 50, 100, 250, 500, 1_000, 2_500, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000,
        40_000, 55_000, 70_000, 100_000);

    @SuppressWarnings("ImmutableEnumChecker") // nobody can change what toList gives
    private final List<Cap> steps;

    Scheme(Span span, int... numbers) {
      steps = IntStream.of(numbers).mapToObj(number -> new Cap(number, span)).toList();
    }

    /** The name in a policy. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public List<Cap> steps() {
      return steps;
    }

    public static Optional<Scheme> of(String id) {
      return Arrays.stream(values()).filter(scheme -> scheme.id().equals(id)).findFirst();
    }
  }

  /** What is wrong with steps; empty if they are right. */
  public static Optional<String> problem(List<Cap> steps) {
    if (steps.isEmpty()) {
      return Optional.of("are none");
    }
    boolean isAlike = steps.stream().map(Cap::span).distinct().count() == 1;
    boolean isSpan = steps.getFirst().span() != Span.MINUTE;
    return isAlike && isSpan ? Optional.empty() : Optional.of("must all be /h or all be /d");
  }

  /** The scheme whose steps these are, if it has a name. */
  public Optional<Scheme> scheme() {
    return Arrays.stream(Scheme.values())
        .filter(scheme -> scheme.steps().equals(steps))
        .findFirst();
  }

  /**
   * The most that goes at a step.
   *
   * @param step from 0
   * @return empty behind the last one, when the source is warm
   */
  Optional<Cap> cap(int step) {
    return step < steps.size() ? Optional.of(steps.get(step)) : Optional.empty();
  }

  /** Such as {@code classic since 2026-11-20}, or {@code … from step 5 on}. */
  @Override
  public String toString() {
    return scheme()
            .map(Scheme::id)
            .orElseGet(() -> steps.stream().map(Cap::toString).collect(Collectors.joining(", ")))
        + " since "
        + since
        + (firstStep == 0 ? "" : " from step " + (firstStep + 1) + " on");
  }
}
