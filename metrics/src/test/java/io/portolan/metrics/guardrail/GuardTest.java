package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.DeliveryOutcome.Bounced;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Hardness;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a guard makes of a result at once it makes of the row in which that was counted, too. */
class GuardTest {
  private static final List<Guard> GUARDS = List.of(Guard.HARD_BOUNCE, Guard.BLOCK);

  @ParameterizedTest
  @EnumSource(BounceCategory.class)
  void countsRefusalsForGoodAlikeInResultsAndInTheirRows(BounceCategory category) throws Exception {
    Bounced bounced = new Bounced(Results.attempt("550 no"), category.id(), Hardness.NEITHER);
    for (Guard guard : GUARDS) {
      assertThat(guard.counted("bounced", category.id(), 1)).isEqualTo(atOnce(guard, bounced));
    }
  }

  @Test
  void countsWhatWasAcceptedAlikeInResultsAndInTheirRows() throws Exception {
    Accepted accepted = new Accepted(Results.attempt("250 ok"));
    for (Guard guard : GUARDS) {
      assertThat(guard.counted("accepted", "", 1)).isEqualTo(atOnce(guard, accepted));
    }
  }

  @ParameterizedTest
  @EnumSource(BounceCategory.class)
  void aBounceAfterAcceptanceCountsAsOneAtOnce(BounceCategory category) {
    for (Guard guard : GUARDS) {
      Tally late =
          Stream.of(
                  guard.counted("accepted", "", 7), guard.counted("late-bounce", category.id(), 7))
              .reduce(Tally.NOTHING, Tally::plus);

      assertThat(late).isEqualTo(guard.counted("bounced", category.id(), 7));
    }
  }

  @Test
  void countsDeferralsAsAttemptsAlone() {
    Arrays.stream(BounceCategory.values())
        .forEach(
            category -> {
              long hits = category == BounceCategory.IP_REPUTATION ? 3 : 0;
              assertThat(Guard.BLOCK.counted("deferred", category.id(), 3))
                  .isEqualTo(new Tally(3, hits));
              assertThat(Guard.HARD_BOUNCE.counted("deferred", category.id(), 3))
                  .isEqualTo(Tally.NOTHING);
            });
  }

  private static Tally atOnce(Guard guard, DeliveryOutcome outcome) {
    return guard.isHit(Results.of(1, "isp", outcome)).map(Tally::one).orElse(Tally.NOTHING);
  }
}
